using System.Globalization;

namespace Fcn.Generator.Emit;

// FNV-1a of a text as eight digits: tells texts of one name apart.
internal static class TextHash
{
    public static string Of(string text)
    {
        uint hash = 2166136261;
        foreach (char c in text) hash = unchecked((hash ^ c) * 16777619);
        return hash.ToString("x8", CultureInfo.InvariantCulture);
    }
}
