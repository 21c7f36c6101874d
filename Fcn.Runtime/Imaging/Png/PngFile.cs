using System.Buffers.Binary;
using System.Text;

namespace Fcn.Imaging.Png;

// In: a whole PNG file. Out: header, palette and the places of the compressed pixels, every chunk's checksum verified.
// Source: PNG specification (W3C, second edition), chapters 5 and 11; extensions 1.5 for eXIf. Text, time, gamma, profiles and
// tRNS are passed over.
internal sealed class PngFile
{
    // Deflate at its best copies 258 bytes with 2 bits.
    private const int MaxDeflateRatio = 1032;

    public required string Path { get; init; }
    public required PngHeader Header { get; init; }
    public required ReadOnlyMemory<byte> Palette { get; init; }
    public required IReadOnlyList<ReadOnlyMemory<byte>> Pixels { get; init; }
    public Orientation Orientation { get; init; } = Orientation.TopLeft;

    // What is wrong behind some of the pixels; null where the file is whole. Whether all rows are there shows when they are unpacked.
    public string? Fault { get; init; }

    public static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    public static FcnException Damaged(string path, string what, Exception? cause = null)
    {
        string message = $"'{path}' is not a readable PNG: {what}. Copy, download or export it again.";
        return cause is null ? new FcnException(message) : new FcnException(message, cause);
    }

    public static PngFile Parse(ReadOnlyMemory<byte> file, string path)
    {
        if (!file.Span.StartsWith(Signature)) throw Damaged(path, "it does not open with PNG's signature");
        PngHeader? header = null;
        ReadOnlyMemory<byte> palette = default;
        var pixels = new List<ReadOnlyMemory<byte>>();
        var orientation = Orientation.TopLeft;
        int at = Signature.Length;
        bool pixelsEnded = false;
        string? fault = null;
        for (string type = ""; type != "IEND";)
        {
            int start = at;
            fault = ReadChunk(file, ref at, out type, out ReadOnlyMemory<byte> data);
            if (fault is not null && pixels.Count == 0) throw Damaged(path, fault);
            if (fault is not null) break;
            if (type != "IHDR" && header is null) throw Damaged(path, $"its first chunk is {type} instead of IHDR");
            if (type == "IHDR" && header is not null) throw Damaged(path, "it has two IHDR chunks");
            pixelsEnded |= pixels.Count > 0 && type != "IDAT";
            switch (type)
            {
                case "IHDR":
                    header = PngHeader.Parse(data.Span, path);
                    break;
                case "PLTE":
                    if (palette.Length > 0 || pixels.Count > 0) throw Damaged(path, $"PLTE at byte {start} is in the wrong place");
                    if (data.Length is 0 or > 768 || data.Length % 3 != 0) throw Damaged(path, $"its palette has {data.Length} bytes");
                    palette = data;
                    break;
                case "IDAT":
                    if (pixelsEnded) throw Damaged(path, $"other chunks stand between its pixels, before byte {start}");
                    pixels.Add(data);
                    break;
                case "eXIf":
                    orientation = Exif.OrientationOf(data.Span);
                    break;
                case "IEND":
                    break;
                default:
                    // A capital first letter marks chunks without which the picture cannot be understood.
                    if (char.IsAsciiLetterUpper(type[0])) throw Damaged(path, $"it needs the unknown chunk '{type}' at byte {start}");
                    break;
            }
        }
        var png = new PngFile
        {
            Path = path, Header = header!.Value, Palette = palette, Pixels = pixels, Orientation = orientation, Fault = fault,
        };
        png.CheckPlausible();
        return png;
    }

    // Out: null, or what is wrong.
    private static string? ReadChunk(ReadOnlyMemory<byte> file, ref int at, out string type, out ReadOnlyMemory<byte> data)
    {
        (type, data) = ("", default);
        if (file.Length - at < 12) return $"it ends after {file.Length} bytes, inside a chunk or before the closing IEND";
        ReadOnlySpan<byte> head = file.Span.Slice(at, 8);
        uint length = BinaryPrimitives.ReadUInt32BigEndian(head);
        foreach (byte letter in head[4..])
            if (!char.IsAsciiLetter((char)letter)) return $"no chunk begins at byte {at}";
        type = Encoding.ASCII.GetString(head[4..]);
        if (length > file.Length - at - 12)
            return $"chunk {type} at byte {at} claims {length} bytes, but the file ends after {file.Length}";
        uint stored = BinaryPrimitives.ReadUInt32BigEndian(file.Span[(at + 8 + (int)length)..]);
        if (Crc32.Append(0, file.Span.Slice(at + 4, 4 + (int)length)) != stored)
            return $"the checksum of chunk {type} at byte {at} is wrong";
        data = file.Slice(at + 8, (int)length);
        at += 12 + (int)length;
        return null;
    }

    private void CheckPlausible()
    {
        long compressed = Pixels.Sum(static p => (long)p.Length), unpacked = Header.UnpackedBytes;
        if (unpacked > compressed * MaxDeflateRatio)
            throw Damaged(Path, $"{compressed} compressed bytes cannot hold {Header.Width}x{Header.Height} pixels, {unpacked} bytes");
        if (Header.Colour == PngColour.Palette && Palette.Length == 0) throw Damaged(Path, "its palette is missing");
    }
}
