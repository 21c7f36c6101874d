using System.Buffers.Binary;

namespace Fcn.Imaging;

// In: EXIF's block, a TIFF without pictures. Out: the orientation among the tags of its first directory.
// Source: EXIF 2.3, section 4.6; TIFF 6.0, section 2. Notes of a camera never keep a photograph from being read.
internal static class Exif
{
    private const int OrientationTag = 274, ShortType = 3, EntryBytes = 12;

    public static Orientation OrientationOf(ReadOnlySpan<byte> tiff)
    {
        bool little = tiff is [(byte)'I', (byte)'I', 42, 0, _, _, _, _, ..];
        if (!little && tiff is not [(byte)'M', (byte)'M', 0, 42, _, _, _, _, ..]) return Orientation.TopLeft;
        uint directory = little ? BinaryPrimitives.ReadUInt32LittleEndian(tiff[4..]) : BinaryPrimitives.ReadUInt32BigEndian(tiff[4..]);
        if (directory > tiff.Length - 2) return Orientation.TopLeft;
        ReadOnlySpan<byte> entries = tiff[(int)directory..];
        int count = Short(entries);
        entries = entries[2..];
        for (; count > 0 && entries.Length >= EntryBytes; count--, entries = entries[EntryBytes..])
            if (Short(entries) == OrientationTag && Short(entries[2..]) == ShortType && Short(entries[8..]) is >= 1 and <= 8 and var value)
                return (Orientation)value;
        return Orientation.TopLeft;

        int Short(ReadOnlySpan<byte> at) => little ? BinaryPrimitives.ReadUInt16LittleEndian(at) : BinaryPrimitives.ReadUInt16BigEndian(at);
    }
}
