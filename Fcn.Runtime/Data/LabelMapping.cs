// Values as label files store them → classes. A table of 256 entries, so that a mapping costs one look-up per pixel.
namespace Fcn.Data;

/// <summary>
/// What the values in label files mean where they are not the classes themselves. By default a value is its class and 255 is ignored.
/// </summary>
public sealed record LabelMapping
{
    /// <summary>A stored value, 0 to 254, that is ignored as 255 is: CamVid's 11 in SegNet's form. Null for none.</summary>
    /// <exception cref="FcnException">The value is out of its range.</exception>
    public int? IgnoreLabel
    {
        get;
        init => field = value is null or (>= 0 and < LabelMap.Ignore)
            ? value
            : throw new FcnException($"The ignored label is {value}: give a stored value, 0 to 254; 255 is ignored anyway.");
    }

    /// <summary>
    /// The stored 0 is ignored and every other value is one class lower, as with mmsegmentation's <c>reduce_zero_label</c>: ADE20K.
    /// </summary>
    public bool ReduceZeroLabel { get; init; }

    /// <summary>The classes of stored values; the map itself where nothing is to be changed.</summary>
    public LabelMap Apply(LabelMap stored)
    {
        if (this == AsStored) return stored;
        var table = new byte[256];
        for (int value = 0; value < table.Length; value++) table[value] = Class((byte)value);
        return new LabelMap(stored.Width, stored.Height, Array.ConvertAll(stored.Labels, value => table[value]));
    }

    internal static LabelMapping AsStored { get; } = new();

    // For logs, and for the settings with which a run may be resumed.
    internal string Words =>
        (IgnoreLabel, ReduceZeroLabel) switch
        {
            (null, false) => "as stored",
            (null, true) => "0 ignored, others one lower",
            ({ } label, false) => $"{label} ignored",
            ({ } label, true) => $"0 and {label} ignored, others one lower",
        };

    byte Class(byte value)
    {
        if (value == LabelMap.Ignore || value == IgnoreLabel) return LabelMap.Ignore;
        if (!ReduceZeroLabel) return value;
        return value == 0 ? LabelMap.Ignore : (byte)(value - 1);
    }
}
