using System.Buffers.Binary;

namespace Fcn.ImageSharp;

// In: a BMP. Out: nothing, where all of its rows are there. ImageSharp shows missing rows as black. It notices itself where the
// run-length coded ones end early, as their length is known only after decoding.
internal sealed class BmpKind : FileKind
{
    private const int FileHead = 14, CoreHead = 12;

    public override string Name => "BMP";

    // "BM" alone opens many texts: the size of the second header is asked for, too (Windows 3 to 5, OS/2 1 and 2).
    public override bool Recognises(ReadOnlySpan<byte> start) =>
        start is [(byte)'B', (byte)'M', _, _, _, _, _, _, _, _, _, _, _, _, CoreHead or 16 or 40 or 52 or 56 or 64 or 108 or 124, 0, ..];

    protected override void Check(ReadOnlyMemory<byte> file, string path)
    {
        ReadOnlySpan<byte> bytes = file.Span;
        bool core = bytes[FileHead] == CoreHead;
        if (bytes.Length < FileHead + Math.Max(CoreHead, (int)bytes[FileHead]))
            throw Damaged(path, $"it ends after {bytes.Length} bytes, inside its header");
        long width = core ? BinaryPrimitives.ReadUInt16LittleEndian(bytes[18..]) : BinaryPrimitives.ReadInt32LittleEndian(bytes[18..]);
        long height = core ? BinaryPrimitives.ReadInt16LittleEndian(bytes[20..]) : BinaryPrimitives.ReadInt32LittleEndian(bytes[22..]);
        height = Math.Abs(height); // below 0 where rows go from top to bottom
        CheckSize((int)width, (int)Math.Min(int.MaxValue, height), bytes.Length, path);
        int depth = BinaryPrimitives.ReadUInt16LittleEndian(bytes[(core ? 24 : 28)..]);
        bool packed = !core && bytes[FileHead] > 16 && BinaryPrimitives.ReadUInt32LittleEndian(bytes[30..]) is not (0 or 3 or 6);
        if (packed) return;
        long rows = (width * depth + 31) / 32 * 4 * height, from = BinaryPrimitives.ReadUInt32LittleEndian(bytes[10..]);
        if (from + rows > bytes.Length)
            throw Damaged(path, $"its {width}x{height} pixels take {rows} bytes from byte {from} on, but it has {bytes.Length}");
    }
}
