// The head of a photograph → its size, without decoding it. The decoders have the last word: what is not plain is left to them.
// Sources: PNG specification 11.2.2 (IHDR); ITU-T T.81, B.1.1.3 (markers) and B.2.2 (frame header).
using System.Buffers.Binary;
using Fcn.Files;
using Fcn.Imaging.Png;
using Microsoft.Win32.SafeHandles;

namespace Fcn.Data;

static class PhotographHeader
{
    // Length of a JPEG's marker and frame header up to the width; a PNG's signature, and its IHDR up to the height.
    const int FrameBytes = 9, PngBytes = 24;

    // Large profiles and previews come in pieces of 64 KiB: this is more than any camera writes, and no file keeps us busy.
    const int MostMarkers = 10_000;

    /// The size as stored; null where the file is no PNG or JPEG, or an odd one.
    public static PixelSize? Size(string path)
    {
        using SafeFileHandle file = InputFile.Open(path, out long length);
        if (length < PngBytes) return null;
        Span<byte> start = stackalloc byte[PngBytes];
        InputFile.Read(file, path, start, 0);
        if (start.StartsWith(PngFile.Signature))
            return Known(BinaryPrimitives.ReadInt32BigEndian(start[16..]), BinaryPrimitives.ReadInt32BigEndian(start[20..]));
        return start is [0xFF, 0xD8, 0xFF, ..] ? FrameSize(file, path, length) : null;
    }

    // From marker to marker up to the frame header, which stands before the first scan.
    static PixelSize? FrameSize(SafeFileHandle file, string path, long length)
    {
        Span<byte> head = stackalloc byte[FrameBytes];
        long at = 2;
        for (int marker = 0; marker < MostMarkers && at + FrameBytes <= length; marker++)
        {
            InputFile.Read(file, path, head, at);
            if (head[0] != 0xFF || IsAlone(head[1])) return null;
            if (IsFrame(head[1])) return Known(Word(head[7..]), Word(head[5..]));
            // Any number of bytes 0xFF may stand before a marker.
            at += head[1] == 0xFF ? 1 : 2 + Word(head[2..]);
        }
        return null;
    }

    static int Word(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16BigEndian(bytes);

    // SOF0 to SOF15, among which are DHT, JPG and DAC.
    static bool IsFrame(byte marker) => marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);

    // TEM and what is reserved, restart markers, SOI and EOI have no length; a frame header after SOS is none.
    static bool IsAlone(byte marker) => marker is < 0xC0 or (>= 0xD0 and <= 0xDA);

    static PixelSize? Known(int width, int height) => width > 0 && height > 0 ? new PixelSize(width, height) : null;
}
