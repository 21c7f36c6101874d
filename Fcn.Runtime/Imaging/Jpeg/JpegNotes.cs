using System.Buffers.Binary;

namespace Fcn.Imaging.Jpeg;

// In: a JPEG. Out: what the segments before its first scan say beside size and tables (ITU-T T.81, annex B; EXIF 2.3, section 4.5.4).
// Segments that contradict themselves are left to the decoder. FirstScan: where that scan begins, or the segments stopped to make sense.
internal readonly record struct JpegNotes(Orientation Orientation, bool IsArithmetic, int FirstScan)
{
    private const byte StartOfScan = 0xDA, App1 = 0xE1;

    public static JpegNotes Read(ReadOnlySpan<byte> file)
    {
        var notes = new JpegNotes(Orientation.TopLeft, false, 0);
        int at = Math.Min(2, file.Length);
        while (file.Length - at >= 4)
        {
            if (file[at] != 0xFF || file[at + 1] == 0xFF)
            {
                at++;
                continue;
            }
            byte marker = file[at + 1];
            int length = BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..]);
            if (marker == StartOfScan || length < 2 || length > file.Length - at - 2) break;
            ReadOnlySpan<byte> content = file.Slice(at + 4, length - 2);
            if (marker == App1 && content.StartsWith("Exif\0\0"u8)) notes = notes with { Orientation = Exif.OrientationOf(content[6..]) };
            else if (marker is >= 0xC9 and <= 0xCF and not 0xCC) notes = notes with { IsArithmetic = true };
            at += 2 + length;
        }
        return notes with { FirstScan = at };
    }
}
