// A label that is no class → an error that says what the file holds and, as far as its values tell, how it came to that.
using Fcn.Imaging;

namespace Fcn.Data;

static class ForeignLabel
{
    const int MostValues = 12;

    /// The error for the label at a place of a map as it is stored.
    public static FcnException In(LabelMap stored, int at, string origin, SegmentationSet set)
    {
        (byte label, int classes) = (stored.Labels[at], set.Classes);
        string mapping = set.LabelMapping == LabelMapping.AsStored ? "" : $" ({set.LabelMapping.Words})";
        byte[] values = [.. stored.Labels.Distinct().Order()];
        string shown = string.Join(", ", values.Take(MostValues)) + (values.Length > MostValues ? ", …" : "");
        return new FcnException(
            $"{origin}: label {label} at row {at / stored.Width}, column {at % stored.Width}, " +
            $"but there are {classes} classes (0 to {classes - 1}) and 255 for pixels to ignore{mapping}. " +
            $"The file holds {shown}: {Advice(label, values, set)}");
    }

    static string Advice(byte label, byte[] values, SegmentationSet set)
    {
        if (values.Length > 1 && values.All(Greys(set).Contains))
            return "the greys of the classes' colours, so a coloured mask was turned to grey. Make a palette PNG of the coloured one.";
        bool onlyOne = label == set.Classes && values.All(v => v <= label || v == LabelMap.Ignore);
        if (onlyOne && set.LabelMapping == LabelMapping.AsStored)
            return $"give the set more classes; or ignore {label}, if that means unlabelled (--ignore-label {label}, LabelMapping), " +
                "or 0, if that does and the classes begin at 1 (--reduce-zero-label).";
        return $"give the set more classes, write unlabelled pixels as 255, or ignore a value (--ignore-label {label}, LabelMapping).";
    }

    // As PIL and ITU-R BT.601 weigh colours, rounded either way.
    static HashSet<byte> Greys(SegmentationSet set)
    {
        var greys = new HashSet<byte> { LabelMap.Ignore };
        foreach (int label in Enumerable.Range(0, set.Classes).Append(LabelMap.Ignore))
        {
            Rgb colour = set.Palette[label];
            int weighed = 299 * colour.R + 587 * colour.G + 114 * colour.B;
            greys.Add((byte)(weighed / 1000));
            greys.Add((byte)((weighed + 500) / 1000));
        }
        return greys;
    }
}
