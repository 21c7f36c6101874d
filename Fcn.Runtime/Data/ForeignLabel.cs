// A label that is no class → an error that says what the file holds and, as far as its values tell, how it came to that.
using System.Numerics;
using Fcn.Imaging;

namespace Fcn.Data;

static class ForeignLabel
{
    const int MostValues = 12;

    // Cityscapes' classes as its own scripts draw them (labels.py), in the order of their ids; those that are not scored included.
    static readonly Palette Cityscapes = new(
        new(0, 0, 0), new(111, 74, 0), new(81, 0, 81), new(128, 64, 128), new(244, 35, 232), new(250, 170, 160), new(230, 150, 140),
        new(70, 70, 70), new(102, 102, 156), new(190, 153, 153), new(180, 165, 180), new(150, 100, 100), new(150, 120, 90),
        new(153, 153, 153), new(250, 170, 30), new(220, 220, 0), new(107, 142, 35), new(152, 251, 152), new(70, 130, 180),
        new(220, 20, 60), new(255, 0, 0), new(0, 0, 142), new(0, 0, 70), new(0, 60, 100), new(0, 0, 90), new(0, 0, 110),
        new(0, 80, 100), new(0, 0, 230), new(119, 11, 32));

    // Palettes of masks on the net, with their numbers of classes.
    static readonly (Palette Palette, int Classes)[] Known = [(Palette.Voc, 21), (Palette.CamVid, 12), (Cityscapes, 29)];

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
        if (values.Length > 1 && Known.Prepend((set.Palette, set.Classes)).Any(known => AreGreys(values, known)))
            return "the greys of the classes' colours, so a coloured mask was turned to grey. Make a palette PNG of the coloured one.";
        if (Stretch(values, set.Classes) is { } step)
            return $"multiples of {step}, as if a mask had been stretched for viewing. Write the classes themselves: the values / {step}.";
        bool onlyOne = label == set.Classes && values.All(v => v <= label || v == LabelMap.Ignore);
        if (onlyOne && set.LabelMapping == LabelMapping.AsStored)
            return $"give the set more classes; or ignore {label}, if that means unlabelled (--ignore-label {label}, LabelMapping), " +
                "or 0, if that does and the classes begin at 1 (--reduce-zero-label).";
        return $"give the set more classes, write unlabelled pixels as 255, or ignore a value (--ignore-label {label}, LabelMapping).";
    }

    // Values that may be labels themselves say nothing of greys.
    static bool AreGreys(byte[] values, (Palette Palette, int Classes) known) =>
        values.All(Greys(known.Palette, known.Classes).Contains) && values.Any(v => v >= known.Classes && v != LabelMap.Ignore);

    // As PIL and ITU-R BT.601 weigh colours, rounded either way.
    static HashSet<byte> Greys(Palette palette, int classes)
    {
        var greys = new HashSet<byte> { LabelMap.Ignore };
        foreach (int label in Enumerable.Range(0, classes).Append(LabelMap.Ignore))
        {
            Rgb colour = palette[label];
            int weighed = 299 * colour.R + 587 * colour.G + 114 * colour.B;
            greys.Add((byte)(weighed / 1000));
            greys.Add((byte)((weighed + 500) / 1000));
        }
        return greys;
    }

    // What the classes were multiplied with, so that the last is about white; null where they were not.
    static int? Stretch(byte[] values, int classes)
    {
        int[] foreground = [.. values.Where(static v => v is not (0 or LabelMap.Ignore))];
        if (foreground.Length < 2) return null;
        int step = foreground.Aggregate(static (a, b) => (int)BigInteger.GreatestCommonDivisor(a, b));
        return step > 1 && step * classes > LabelMap.Ignore / 2 && foreground[^1] / step < classes ? step : null;
    }
}
