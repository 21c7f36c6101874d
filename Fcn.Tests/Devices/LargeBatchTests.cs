using Fcn.Devices;
using Fcn.Devices.Cpu;
using Fcn.Models;
using Fcn.Tests.Devices.Cuda;
using Xunit;

namespace Fcn.Tests.Devices;

// The largest batches that run, and those that are refused before anything does.
public sealed class LargeBatchTests
{
    // Tiles of a row are counted in 32 bits: their number times the width must not be.
    [Fact]
    public void A_very_wide_image_has_the_labels_of_its_parts()
    {
        const int Width = 180_000, Height = 2, Part = 1_008, Far = 304;
        using var network = new FcnDemo();
        network.Initialize(1);
        var biases = new float[network.Description.Classes * network.Parameter("score_fr.weight").Shape[1]];
        for (int i = 0; i < biases.Length; i++) biases[i] = MathF.Sin(i);
        network.SetParameter("score_fr.weight", new Tensor(network.Parameter("score_fr.weight").Shape, biases));
        byte[] pixels = new byte[Width * Height * 3];
        new Random(2).NextBytes(pixels);
        byte[] all = network.Segment(new Image(Width, Height, pixels)).Labels;
        byte[] part = network.Segment(new Image(Part, Height, Columns(pixels, Width * 3, (Width - Part) * 3, Part * 3))).Labels;
        // What lies close to the cut is another picture to the network.
        Assert.Equal(Columns(part, Part, Far, Part - Far), Columns(all, Width, Width - Part + Far, Part - Far));
        Assert.True(part.Distinct().Count() > 1);

        static byte[] Columns(byte[] rows, int pitch, int from, int count) =>
            [.. Enumerable.Range(0, Height).SelectMany(y => rows.AsSpan(y * pitch + from, count).ToArray())];
    }

    [Theory]
    [InlineData(1, 1, 1_048_577, "Images have at most 1048576 pixels on a side; got 1x1048577. Cut them into pieces.")]
    [InlineData(1, 100_000, 100_000, "1 images of 100000x100000 have more than 1000000000 pixels. Split them up.")]
    [InlineData(2_000_000_000, 2_000_000_000, 2_000_000_000, "Images have at most 1048576 pixels on a side")]
    [InlineData(900_000_000, 1, 1, "A map of this batch has")] // two blocks of 16 channels
    public void Batches_beyond_what_kernels_count_are_refused(int images, int height, int width, string message)
    {
        using var card = PtxCard.Open();
        using FcnDemo network = new(), onCard = new(card);
        Assert.IsType<FcnException>(Record.Exception(() => onCard.Engine.PlannedBytes(RunMode.Segment, images, height, width)));
        foreach (var mode in Enum.GetValues<RunMode>())
            Assert.StartsWith(message, Refusal.Of(() => network.Engine.PlannedBytes(mode, images, height, width)));
    }
}
