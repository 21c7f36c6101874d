using System.Buffers.Binary;

namespace Fcn.Integrations.Tests.ImageSharp;

/// <summary>Big-endian TIFF files of one strip without compression, tags first and pixels last, by the words of TIFF 6.0.</summary>
internal static class HandTiff
{
    public static byte[] Make(
        int width, int height, int channels, int depth, byte[] pixels, int? photometric = null, int orientation = 1)
    {
        (int Tag, int Type, uint Value)[] tags =
        [
            (256, 4, (uint)width), (257, 4, (uint)height), (258, 3, 0), (259, 3, 1),
            (262, 3, (uint)(photometric ?? (channels == 1 ? 1 : 2))), (273, 4, 0), (274, 3, (uint)orientation),
            (277, 3, (uint)channels), (278, 4, (uint)height), (279, 4, (uint)pixels.Length),
        ];
        int depths = 8 + 2 + tags.Length * 12 + 4, strip = depths + channels * 2;
        byte[] file = new byte[strip + pixels.Length];
        ((byte[])[(byte)'M', (byte)'M', 0, 42, 0, 0, 0, 8, 0, (byte)tags.Length]).CopyTo(file, 0);
        for (int i = 0; i < tags.Length; i++)
        {
            Span<byte> entry = file.AsSpan(10 + i * 12, 12);
            int count = tags[i].Tag == 258 ? channels : 1;
            BinaryPrimitives.WriteUInt16BigEndian(entry, (ushort)tags[i].Tag);
            BinaryPrimitives.WriteUInt16BigEndian(entry[2..], (ushort)tags[i].Type);
            BinaryPrimitives.WriteInt32BigEndian(entry[4..], count);
            if (tags[i].Tag == 258 && channels == 1) BinaryPrimitives.WriteUInt16BigEndian(entry[8..], (ushort)depth);
            else if (tags[i].Tag == 258) BinaryPrimitives.WriteInt32BigEndian(entry[8..], depths);
            else if (tags[i].Tag == 273) BinaryPrimitives.WriteInt32BigEndian(entry[8..], strip);
            else if (tags[i].Type == 3) BinaryPrimitives.WriteUInt16BigEndian(entry[8..], (ushort)tags[i].Value);
            else BinaryPrimitives.WriteUInt32BigEndian(entry[8..], tags[i].Value);
        }
        for (int c = 0; c < channels; c++) BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan(depths + c * 2), (ushort)depth);
        pixels.CopyTo(file, strip);
        return file;
    }
}
