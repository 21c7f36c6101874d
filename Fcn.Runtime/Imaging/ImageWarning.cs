namespace Fcn.Imaging;

/// <summary>Something odd about a photograph that is read all the same.</summary>
/// <param name="Oddity">What kind of thing.</param>
/// <param name="Path">The file.</param>
/// <param name="Message">A sentence that names the file and says what to do about it.</param>
public sealed record ImageWarning(ImageOddity Oddity, string Path, string Message)
{
    internal static ImageWarning Damage(string path, string what) =>
        new(ImageOddity.Damage, path, $"'{path}' is read, but damaged: {what}. All of its rows are there.");
}

/// <summary>What can be odd about a photograph.</summary>
public enum ImageOddity
{
    /// <summary>Bytes are wrong or missing, but all rows are there.</summary>
    Damage,

    /// <summary>Its EXIF orientation was not applied, so that it lies under its labels.</summary>
    Turned,

    /// <summary>Its 16-bit samples use the lower bits only, so that it is nearly black.</summary>
    Dark,

    /// <summary>Printer's colours (CMYK) were converted without their profile.</summary>
    Printed,
}
