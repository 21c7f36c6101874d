using System.Buffers.Binary;
using System.IO.Compression;
using Fcn.Data;
using Fcn.Tests.Imaging;
using Xunit;
using Xunit.Abstractions;

namespace Fcn.Tests.Fuzz;

public sealed class PngFuzzTests(ITestOutputHelper output)
{
    private static readonly string[] Words =
        ["IHDR", "PLTE", "IDAT", "IEND", "tRNS", "fdAT", "\0\0\0\0IEND\xAE\x42\x60\x82", "\x78\x9C", "\x89PNG"];

    // All colour types and depths, interlaced or not; half of them uncompressed, so that damage reaches filters and samples.
    private static List<byte[]> Corpus()
    {
        List<byte[]> corpus = [];
        foreach (object[] kind in PngReaderTests.Kinds)
            foreach (bool interlaced in (bool[])[false, true])
            {
                var png = new TestPng(11, 7, (int)kind[1], (int)kind[0], interlaced)
                {
                    Palette = (int)kind[0] == 3 ? [.. Enumerable.Range(0, 3 << (int)kind[1]).Select(static i => (byte)i)] : null,
                    Level = corpus.Count / 2 % 2 == 0 ? CompressionLevel.NoCompression : CompressionLevel.Optimal,
                    IdatBytes = 100,
                };
                corpus.Add(png.Encode([.. Enumerable.Range(0, 77 * png.Channels).Select(i => (ushort)(i % (1 << png.Depth)))]));
            }
        return corpus;
    }

    [Fact]
    public void Damaged_pictures_are_refused_or_read()
    {
        FuzzTally tally = FuzzRun.Over(Corpus(), 12_000, new Mutations(1, Words), static path =>
        {
            Image image = Image.Load(path);
            Assert.Equal(Declared(File.ReadAllBytes(path)), (image.Width, image.Height));
            Assert.Equal(new PixelSize(image.Width, image.Height), PhotographHeader.Size(path));
        }, Allowed, TestPng.WithChecksums);
        output.WriteLine(tally.ToString());
        Assert.InRange(tally.Read, 100, 11_000);
        Assert.InRange(tally.Refused, 1_000, 11_900);
    }

    [Fact]
    public void Damaged_labels_are_refused_or_read()
    {
        List<byte[]> corpus = [.. Corpus().Where(static file => file[25] is 0 or 3 or 4)];
        FuzzTally tally = FuzzRun.Over(corpus, 10_000, new Mutations(2, Words), static path =>
        {
            LabelMap labels = LabelMap.Load(path);
            Assert.Equal(Declared(File.ReadAllBytes(path)), (labels.Width, labels.Height));
        }, Allowed, TestPng.WithChecksums);
        output.WriteLine(tally.ToString());
        Assert.InRange(tally.Read, 100, 9_000);
        Assert.InRange(tally.Refused, 1_000, 9_900);
    }

    private static (int Width, int Height) Declared(byte[] file) =>
        (BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(20)));

    // Twice the file (our test reads it once more), the picture of at most 1032 bytes of samples per byte of the file, eight pixels of RGB
    // per byte of samples, a few rows of 16-bit RGBA, and 64 KiB for streams and messages.
    private static long Allowed(byte[] file)
    {
        long most = 8L * 1032 * file.Length, declared = most;
        if (file.Length >= 24 && Declared(file) is { Width: > 0, Height: > 0 } size) declared = (long)size.Width * size.Height;
        return (1 << 16) + 8L * file.Length + Math.Min(most, declared) * (3 + 24);
    }
}
