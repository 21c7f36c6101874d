namespace Fcn.Imaging.Png;

// The IDAT chunks of a file as one stream, without copying them together.
internal sealed class PiecewiseStream(IReadOnlyList<ReadOnlyMemory<byte>> pieces) : OneWayStream
{
    private int _piece, _at;

    public override bool CanRead => true;

    public override int Read(Span<byte> buffer)
    {
        while (_piece < pieces.Count && _at == pieces[_piece].Length) (_piece, _at) = (_piece + 1, 0);
        if (_piece == pieces.Count) return 0;
        ReadOnlySpan<byte> rest = pieces[_piece].Span[_at..];
        int count = Math.Min(rest.Length, buffer.Length);
        rest[..count].CopyTo(buffer);
        _at += count;
        return count;
    }
}
