using Fcn.ImageSharp;
using Fcn.Imaging;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Formats.Bmp;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.Formats.Webp;
using SixLabors.ImageSharp.Metadata.Profiles.Exif;
using SixLabors.ImageSharp.PixelFormats;
using Xunit;

namespace Fcn.Integrations.Tests.ImageSharp;

/// <summary>The codec gives the pixels as stored and says how they belong, as the built-in ones do.</summary>
public sealed class OrientationTests
{
    [Theory]
    [InlineData("jpeg", true), InlineData("webp", true), InlineData("bmp", false)]
    public void The_orientation_is_told_and_not_applied(string format, bool kept)
    {
        IImageEncoder encoder = format switch { "jpeg" => new JpegEncoder(), "webp" => new WebpEncoder(), _ => new BmpEncoder() };
        using var picture = new Image<Rgb24>(6, 4);
        var tags = new ExifProfile();
        tags.SetValue(ExifTag.Orientation, (ushort)6);
        picture.Metadata.ExifProfile = tags;
        using var file = new MemoryStream();
        picture.Save(file, encoder);
        Fcn.Image read = new ImageSharpCodec().Decode(file.ToArray(), format);
        Assert.Equal((6, 4), (read.Width, read.Height));
        Assert.Equal(kept ? Orientation.RightTop : Orientation.TopLeft, read.Orientation);
        Assert.Equal(kept ? (4, 6) : (6, 4), (read.Upright().Width, read.Upright().Height));
    }
}
