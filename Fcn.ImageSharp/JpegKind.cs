using System.Buffers.Binary;
using Fcn.Imaging;
using Fcn.Imaging.Jpeg;

namespace Fcn.ImageSharp;

// In: a JPEG. Out: nothing, where its segments follow each other up to the closing marker (ITU-T T.81, annex B). ImageSharp fills
// whatever a shorter file lacks with grey.
internal sealed class JpegKind : FileKind
{
    private const byte StartOfImage = 0xD8, EndOfImage = 0xD9, StartOfScan = 0xDA, Alone = 0x01;

    public override string Name => "JPEG";

    public override bool Recognises(ReadOnlySpan<byte> start) => start is [0xFF, StartOfImage, 0xFF, ..];

    protected override void CheckSize(int width, int height, int bytes, string path)
    {
        base.CheckSize(width, height, bytes, path);
        if ((long)width * height > (long)bytes * JpegCodec.MaxPixelsPerByte)
            throw Damaged(path, $"{bytes} bytes cannot hold {width}x{height} pixels");
    }

    protected override void Check(ReadOnlyMemory<byte> file, string path)
    {
        ReadOnlySpan<byte> bytes = file.Span;
        bool framed = false, scanned = false;
        for (int at = 2; ;)
        {
            byte marker = NextMarker(bytes, ref at, path);
            if (marker == EndOfImage)
            {
                if (!framed || !scanned) throw Damaged(path, "it ends before a picture begins");
                return;
            }
            if (marker is Alone or (>= 0xD0 and <= StartOfImage)) continue;
            if (bytes.Length - at < 2) throw CutOff(bytes, path);
            int length = BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);
            if (length < 2) throw Damaged(path, $"its segment {marker:X2} at byte {at - 2} has {length} bytes");
            if (length > bytes.Length - at) throw CutOff(bytes, path);
            if (IsFrame(marker))
            {
                if (length >= 8 && bytes[at + 7] == 4) throw Printed(path, "jpg");
                framed = true;
            }
            at += length;
            if (marker == StartOfScan)
            {
                scanned = true;
                SkipScan(bytes, ref at);
            }
        }
    }

    // Frames of all processes; C4, C8 and CC between them are tables and reserved.
    private static bool IsFrame(byte marker) => marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);

    private byte NextMarker(ReadOnlySpan<byte> bytes, ref int at, string path)
    {
        if (at >= bytes.Length) throw CutOff(bytes, path);
        if (bytes[at] != 0xFF) throw Damaged(path, $"no marker is at byte {at}");
        while (at < bytes.Length && bytes[at] == 0xFF) at++; // any number of FF may stand before a marker
        return at < bytes.Length ? bytes[at++] : throw CutOff(bytes, path);
    }

    // Compressed pixels go on to the next FF that is neither a stuffed byte (FF 00) nor a restart (FF D0 to FF D7).
    private static void SkipScan(ReadOnlySpan<byte> bytes, ref int at)
    {
        while (at < bytes.Length && !(bytes[at] == 0xFF && at + 1 < bytes.Length && bytes[at + 1] is not (0 or (>= 0xD0 and <= 0xD7))))
            at++;
    }

    private FcnException CutOff(ReadOnlySpan<byte> bytes, string path) =>
        Damaged(path, $"it ends after {bytes.Length} bytes, before its closing marker FF D9");
}
