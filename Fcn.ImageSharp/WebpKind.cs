using System.Buffers.Binary;

namespace Fcn.ImageSharp;

// In: a WebP. Out: nothing, where the RIFF container and its chunks lie inside the file and one of them holds a picture.
internal sealed class WebpKind : FileKind
{
    private const int ContainerHead = 12, ChunkHead = 8;

    public override string Name => "WebP";

    public override bool Recognises(ReadOnlySpan<byte> start) =>
        start.Length >= ContainerHead && start.StartsWith("RIFF"u8) && start[8..].StartsWith("WEBP"u8);

    protected override void Check(ReadOnlyMemory<byte> file, string path)
    {
        ReadOnlySpan<byte> bytes = file.Span;
        long end = ChunkHead + (long)BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        if (end > bytes.Length) throw Damaged(path, $"it claims {end} bytes, but the file ends after {bytes.Length}");
        bool pictured = false;
        for (long at = ContainerHead; at < end;)
        {
            if (end - at < ChunkHead) throw Damaged(path, $"it ends inside the chunk at byte {at}");
            ReadOnlySpan<byte> chunk = bytes[(int)at..];
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
            if (length > end - at - ChunkHead)
                throw Damaged(path, $"its chunk at byte {at} claims {length} bytes of {end - at - ChunkHead}");
            pictured |= chunk.StartsWith("VP8 "u8) || chunk.StartsWith("VP8L"u8) || chunk.StartsWith("ANMF"u8);
            at += ChunkHead + length + (length & 1); // chunks are padded to even lengths
        }
        if (!pictured) throw Damaged(path, "it holds no picture");
    }
}
