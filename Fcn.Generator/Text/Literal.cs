using System.Globalization;

namespace Fcn.Generator.Text;

// The only place where numbers become text: invariant culture, so that a minus sign is never U+2212; floats survive the way there and back.
internal static class Literal
{
    private static readonly NumberFormatInfo Spaces = new() { NumberGroupSeparator = " " };

    public static string Of(int value) => value.ToString(CultureInfo.InvariantCulture);

    public static string Of(long value) => value.ToString(CultureInfo.InvariantCulture);

    /// C#: 0.01, 1E-05. The shortest text that reads back as the same value; "R" would differ between .NET Framework and .NET.
    public static string Of(double value)
    {
        for (int digits = 1; digits < 17; digits++)
        {
            string text = value.ToString($"G{Of(digits)}", CultureInfo.InvariantCulture);
            if (double.Parse(text, CultureInfo.InvariantCulture).Equals(value)) return text;
        }
        return value.ToString("G17", CultureInfo.InvariantCulture);
    }

    /// 104.00699: without the suffix that C# wants.
    public static string Of(float value)
    {
        for (int digits = 1; digits < 9; digits++)
        {
            string text = value.ToString($"G{Of(digits)}", CultureInfo.InvariantCulture);
            if (float.Parse(text, CultureInfo.InvariantCulture).Equals(value)) return text;
        }
        return value.ToString("G9", CultureInfo.InvariantCulture);
    }

    /// C#: 104.00699f.
    public static string Single(float value) => $"{Of(value)}f";

    /// PTX: 0.5 where a few digits say it exactly, as a double; else the bits: 0F3DCCCCCD is 0.1.
    public static string Ptx(float value) =>
        Short(value) ?? $"0F{BitConverter.ToUInt32(BitConverter.GetBytes(value), 0).ToString("X8", CultureInfo.InvariantCulture)}";

    /// A double for PTX, as its bits: 0D3FB999999999999A is 0.1.
    public static string Ptx(double value) =>
        Short(value) ?? $"0D{BitConverter.DoubleToInt64Bits(value).ToString("X16", CultureInfo.InvariantCulture)}";

    // The decimal text of a number that is not negative (a sign would be an operation); null where that is longer than the bits.
    private static string? Short(double value)
    {
        if (!(value >= 0 && value < 1 << 20) || Math.Floor(value * 64) != value * 64 || BitConverter.DoubleToInt64Bits(value) < 0) return null;
        string digits = value.ToString("0.0#####", CultureInfo.InvariantCulture);
        return digits.Length > 8 ? null : digits;
    }

    /// 0xffff0000.
    public static string Hexadecimal(uint value) => $"0x{value.ToString("x8", CultureInfo.InvariantCulture)}";

    public static string Of(bool value) => value ? "true" : "false";

    /// 134362751 as 134 362 751.
    public static string Grouped(long value) => value.ToString("#,0", Spaces);

    /// A C# string of names and formulas: quotes and backslashes are escaped, control characters do not occur.
    public static string Quoted(string text) => $"\"{text.Replace("\\", "\\\\").Replace("\"", "\\\"")}\"";
}
