namespace Fcn.Imaging.Png;

// CRC-32 of PNG chunks (PNG specification, annex D): polynomial EDB88320 reflected, start and end inverted.
internal static class Crc32
{
    private static readonly uint[] Table = Build();

    // The checksum of what came before, continued; start with 0.
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        crc = ~crc;
        foreach (byte b in bytes) crc = Table[(byte)crc ^ b] ^ (crc >> 8);
        return ~crc;
    }

    private static uint[] Build()
    {
        var table = new uint[256];
        for (uint n = 0; n < 256; n++)
        {
            uint c = n;
            for (int bit = 0; bit < 8; bit++) c = (c & 1) != 0 ? 0xEDB88320 ^ (c >> 1) : c >> 1;
            table[n] = c;
        }
        return table;
    }
}
