namespace Fcn.Tests.Imaging;

// Samples for a file of any kind, and the 8-bit RGB that a reader must make of them.
internal static class PngSamples
{
    public static ushort[] Samples(TestPng png)
    {
        var random = new Random(png.Width * 100 + png.Height + png.Depth);
        return [.. Enumerable.Range(0, png.Width * png.Height * png.Channels).Select(_ => (ushort)random.Next(1 << png.Depth))];
    }

    public static byte[] Expected(TestPng png, ushort[] samples)
    {
        List<byte> rgb = [];
        byte Eight(int sample) => (byte)(png.Depth == 16 ? sample / 256 : sample * 255 / ((1 << png.Depth) - 1));
        for (int i = 0; i < samples.Length; i += png.Channels)
            rgb.AddRange(png.Colour switch
            {
                3 => png.Palette.AsSpan(samples[i] * 3, 3).ToArray(),
                0 or 4 => [Eight(samples[i]), Eight(samples[i]), Eight(samples[i])],
                _ => [Eight(samples[i]), Eight(samples[i + 1]), Eight(samples[i + 2])],
            });
        return [.. rgb];
    }
}
