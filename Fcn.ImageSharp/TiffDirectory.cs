using System.Buffers.Binary;

namespace Fcn.ImageSharp;

// In: a TIFF or BigTIFF. Out: the whole numbers behind the tags of its first picture (TIFF 6.0, section 2; BigTIFF has wider fields).
internal sealed class TiffDirectory
{
    private readonly Dictionary<int, long[]> _values = [];
    private readonly ReadOnlyMemory<byte> _file;
    private readonly bool _little, _big;

    private TiffDirectory(ReadOnlyMemory<byte> file)
    {
        _file = file;
        _little = file.Span[0] == 'I';
        _big = file.Span[_little ? 2 : 3] == 43;
    }

    // Empty for a tag that is absent or holds no whole numbers.
    public long[] this[int tag] => _values.GetValueOrDefault(tag, []);

    // Null where a part of it lies outside the file.
    public static TiffDirectory? Read(ReadOnlyMemory<byte> file)
    {
        var directory = new TiffDirectory(file);
        return directory.ReadEntries() ? directory : null;
    }

    private bool ReadEntries()
    {
        int wide = _big ? 8 : 4, countSize = _big ? 8 : 2, entrySize = _big ? 20 : 12;
        if (Number(_big ? 8 : 4, wide) is not { } at || Number(at, countSize) is not { } count) return false;
        at += countSize;
        if (count < 0 || count > (_file.Length - at) / entrySize) return false;
        for (; count > 0; count--, at += entrySize)
        {
            int tag = (int)Number(at, 2)!.Value, size = SizeOf(Number(at + 2, 2)!.Value);
            long length = Number(at + 4, wide)!.Value, from = at + 4 + wide;
            if (size == 0) continue;
            if (length < 0 || length > _file.Length / size) return false;
            if (length * size > wide) from = Number(from, wide)!.Value;
            if (from < 0 || from > _file.Length - length * size) return false;
            long[] values = new long[length];
            for (int i = 0; i < values.Length; i++) values[i] = Number(from + i * size, size)!.Value;
            _values.TryAdd(tag, values);
        }
        return true;
    }

    // BYTE, SHORT, LONG and BigTIFF's LONG8; other types hold no sizes or places.
    private static int SizeOf(long type) => type switch { 1 => 1, 3 => 2, 4 => 4, 16 => 8, _ => 0 };

    // Null where the file ends before it.
    private long? Number(long at, int size)
    {
        if (at < 0 || at > _file.Length - size) return null;
        ReadOnlySpan<byte> bytes = _file.Span.Slice((int)at, size);
        return size switch
        {
            1 => bytes[0],
            2 => _little ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes),
            4 => _little ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes),
            _ => _little ? BinaryPrimitives.ReadInt64LittleEndian(bytes) : BinaryPrimitives.ReadInt64BigEndian(bytes),
        };
    }
}
