namespace Fcn.Imaging;

/// <summary>How a photograph is read.</summary>
public sealed record ImageReading
{
    /// <summary>
    /// False: the photograph is turned as its EXIF orientation says, as every viewer shows it. True: the pixels stay as they are stored,
    /// because labels are drawn on those; <see cref="Image.Orientation"/> then says how they belong.
    /// </summary>
    public bool AsStored { get; init; }

    /// <summary>What 8 of 16 bits are kept.</summary>
    public SixteenBit SixteenBit { get; init; }
}

/// <summary>What 8 of the 16 bits of a sample are kept.</summary>
public enum SixteenBit
{
    /// <summary>The high byte: the file uses the whole range, as the PNG specification asks for.</summary>
    High,

    /// <summary>
    /// The 8 bits from the highest down that any sample of the photograph uses: for data of 10, 12 or 14 bits that were stored in 16 as
    /// they are.
    /// </summary>
    Scale,
}
