namespace Fcn.Imaging.Png;

// Cuts what is written into IDAT chunks of 64 KiB; the last one goes out on disposal, the target stays open.
internal sealed class IdatStream(Stream target) : OneWayStream
{
    private readonly byte[] _chunk = new byte[1 << 16];
    private int _filled;

    public override bool CanWrite => true;

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            if (_filled == _chunk.Length) Send();
            int count = Math.Min(buffer.Length, _chunk.Length - _filled);
            buffer[..count].CopyTo(_chunk.AsSpan(_filled));
            _filled += count;
            buffer = buffer[count..];
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) Send();
        base.Dispose(disposing);
    }

    private void Send()
    {
        if (_filled > 0) PngWriter.WriteChunk(target, "IDAT"u8, _chunk.AsSpan(0, _filled));
        _filled = 0;
    }
}
