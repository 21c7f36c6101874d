using System.Runtime.InteropServices;
using Fcn.Imaging;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Formats.Bmp;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.Formats.Tiff;
using SixLabors.ImageSharp.Formats.Webp;
using SixLabors.ImageSharp.Memory;
using SixLabors.ImageSharp.Metadata.Profiles.Exif;
using SixLabors.ImageSharp.PixelFormats;

namespace Fcn.ImageSharp;

// In: a file of one format. Out: its pixels by ImageSharp, after the format's own check that all of the file is there.
internal abstract class FileKind
{
    // These formats and no others. Plain arrays, which start as zeros: from ImageSharp's pool a bad file gets pixels of the file before.
    private static readonly Configuration Settings = new(
        new JpegConfigurationModule(), new WebpConfigurationModule(), new TiffConfigurationModule(), new BmpConfigurationModule())
    {
        MemoryAllocator = new SimpleGcMemoryAllocator(),
    };

    public abstract string Name { get; }

    public abstract bool Recognises(ReadOnlySpan<byte> start);

    // Throws where the file ends early, contradicts itself or has colours that have no RGB.
    protected abstract void Check(ReadOnlyMemory<byte> file, string path);

    // Throws where a picture of this size cannot be in the file.
    protected virtual void CheckSize(int width, int height, int bytes, string path) => ImageLimits.Check(width, height, path);

    // Whether samples may have more than 8 bits. ImageSharp rounds them on the way to 8; we keep their high byte.
    protected virtual bool IsDeep => false;

    public Fcn.Image Decode(ReadOnlyMemory<byte> file, string path)
    {
        Check(file, path);
        try
        {
            byte[] bytes = MemoryMarshal.TryGetArray(file, out ArraySegment<byte> all) && all.Offset == 0 && all.Count == all.Array!.Length
                ? all.Array : file.ToArray();
            using var stream = new MemoryStream(bytes, writable: false);
            IImageInfo info = SixLabors.ImageSharp.Image.Identify(Settings, stream, out _) ?? throw Damaged(path, "it has no size");
            CheckSize(info.Width, info.Height, bytes.Length, path);
            return IsDeep ? HighBytes(bytes) : EightBits(bytes);
        }
        catch (Exception e) when (e is not FcnException)
        {
            throw Refused(path, e);
        }
    }

    protected FcnException Damaged(string path, string what, Exception? cause = null)
    {
        string message = $"'{path}' is a damaged {Name}: {what}. Copy, download or export it again.";
        return cause is null ? new FcnException(message) : new FcnException(message, cause);
    }

    protected FcnException Printed(string path, string extension) => new(
        $"'{path}' is a CMYK {Name}, made for printing. Convert it first: magick in.{extension} -colorspace sRGB out.{extension}");

    private static Fcn.Image EightBits(byte[] file)
    {
        using Image<Rgb24> image = SixLabors.ImageSharp.Image.Load<Rgb24>(Settings, file);
        byte[] rgb = GC.AllocateUninitializedArray<byte>(image.Width * image.Height * 3);
        image.CopyPixelDataTo(rgb);
        return new Fcn.Image(image.Width, image.Height, rgb) { Orientation = OrientationOf(image) };
    }

    // Samples of 8 bits and fewer are stretched over 16 exactly, so their high byte is what they are in 8.
    private static Fcn.Image HighBytes(byte[] file)
    {
        using Image<Rgb48> image = SixLabors.ImageSharp.Image.Load<Rgb48>(Settings, file);
        byte[] rgb = GC.AllocateUninitializedArray<byte>(image.Width * image.Height * 3);
        image.ProcessPixelRows(rows =>
        {
            for (int y = 0, to = 0; y < rows.Height; y++)
                foreach (ushort sample in MemoryMarshal.Cast<Rgb48, ushort>(rows.GetRowSpan(y))) rgb[to++] = (byte)(sample >> 8);
        });
        return new Fcn.Image(image.Width, image.Height, rgb) { Orientation = OrientationOf(image) };
    }

    // A TIFF has the tags with its first picture, the others have them with the file.
    private static Orientation OrientationOf(SixLabors.ImageSharp.Image image)
    {
        ExifProfile? tags = image.Metadata.ExifProfile ?? image.Frames.RootFrame.Metadata.ExifProfile;
        return tags?.GetValue(ExifTag.Orientation)?.Value is >= 1 and <= 8 and var value ? (Orientation)value : Orientation.TopLeft;
    }

    // On damaged files ImageSharp also fails with exceptions that mean nothing to a reader: NullReference, IndexOutOfRange and others.
    private FcnException Refused(string path, Exception e)
    {
        string words = e.Message.Split('\n')[0].Trim().TrimEnd('.');
        return e switch
        {
            NotSupportedException => new FcnException(
                $"'{path}' is a {Name} of a kind that ImageSharp does not read: {words}. Convert it to PNG or JPEG.", e),
            OutOfMemoryException or InvalidMemoryOperationException => new FcnException(
                $"'{path}' needs more memory than there is to be decoded. Cut or scale it first.", e),
            ImageFormatException => Damaged(path, words, e),
            _ => Damaged(path, $"ImageSharp fails inside it ({e.GetType().Name})", e),
        };
    }
}
