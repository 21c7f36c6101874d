namespace Fcn.Imaging.Png;

internal sealed class PngCodec : IImageCodec
{
    public string Name => "PNG";

    public bool Recognises(ReadOnlySpan<byte> start) => start.StartsWith(PngFile.Signature);

    public Image Decode(ReadOnlyMemory<byte> file, string path, ImageReading? reading = null) =>
        PngReader.ReadRgb(file, path, reading);
}
