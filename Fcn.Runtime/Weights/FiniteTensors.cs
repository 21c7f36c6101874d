using System.Globalization;

namespace Fcn.Weights;

// The way of every number that becomes a parameter: what is not finite is refused by name, before anything was replaced.
internal static class FiniteTensors
{
    // Reads tensors of a file as floats and hands each on, by its place among the names, when all of them are known to be finite. That
    // takes reading twice; a network that goes on with its old weights is worth it.
    public static void Read(SafetensorsReader file, IReadOnlyList<string> names, Action<int, ReadOnlySpan<float>> write)
    {
        long largest = names.Select(name => file.Tensors[name].Count).DefaultIfEmpty(0).Max();
        using var buffer = new NativeBuffer(largest * sizeof(float));
        foreach (string name in names) Require(ReadOne(name), $"'{file.Path}', tensor '{name}'", file.Tensors[name].Type);
        for (int i = 0; i < names.Count; i++) write(i, ReadOne(names[i]));

        Span<float> ReadOne(string name)
        {
            Span<float> values = buffer.Of<float>(checked((int)file.Tensors[name].Count));
            file.Read(name, values);
            return values;
        }
    }

    // origin: what the message names. type: that of the values before they became floats.
    public static void Require(ReadOnlySpan<float> values, string origin, ElementType type = ElementType.F32)
    {
        int first = NotFinite.First(values), count = 0;
        if (first < 0) return;
        foreach (float value in values[first..]) count += float.IsFinite(value) ? 0 : 1;
        string what = float.IsNaN(values[first]) ? "NaN" : values[first].ToString(CultureInfo.InvariantCulture);
        string range = type == ElementType.F64 && !float.IsNaN(values[first]) ? " (stored as F64; a float ends at 3.4e38)" : "";
        throw new FcnException(
            $"{origin}: {count} of {values.Length} values are not finite, the first is {what} at index {first}{range}. Nothing was " +
            "replaced. Such weights come from a training that diverged: take a checkpoint from before.");
    }
}
