// Examples for networks of several inputs and heads: batches, augmentation, what is missing, and a training on all of it.
using Fcn.Data;
using Fcn.Devices.Cpu;
using Fcn.Tests.Golden;
using Fcn.Tests.Ops;
using Fcn.Training;
using Xunit;

namespace Fcn.Tests.Data;

public class FurtherInputsTests
{
    static readonly NetworkSummary Rgbd = new(
        "Rgbd", [new InputSummary(3, ChannelOrder.Rgb, [], 1), new InputSummary(1, ChannelOrder.Rgb, [10], 2, "depth")],
        [new HeadSummary("score_fr", 3), new HeadSummary("parts", 5, 0.4f), new HeadSummary("edges", 2)], [], []);

    static Example Of(string id, int width, int height, Func<int, byte> depth, Func<int, byte> parts)
    {
        byte[] Map(Func<int, byte> at) => [.. Enumerable.Range(0, width * height).Select(at)];
        return new Example(id, new Image(width, height, new byte[width * height * 3]), new LabelMap(width, height, Map(static _ => 1)))
        {
            Inputs = new Dictionary<string, Image> { ["depth"] = new(width, height, Map(depth), channels: 1) },
            LabelsOfHeads = new Dictionary<string, LabelMap> { ["parts"] = new(width, height, Map(parts)) },
        };
    }

    [Fact]
    public void EveryInputAndHeadHasItsPlace()
    {
        var batch = new Batch();
        new BatchBuilder(Rgbd).Build([Of("a", 2, 1, static i => (byte)(12 + i), static i => (byte)(3 + i)), Of("b", 1, 1, static _ => 20, static _ => 2)], batch);
        Assert.Equal([3, 1], batch.Input.Inputs.Select(static i => i.Channels));
        Assert.Equal([4, 6, 20, 0], batch.Input.Inputs[1].Pixels);
        Assert.Equal([1, 1, 1, 255], batch.Labels.ToArray());
        // A head without labels is ignored everywhere.
        Assert.Equal([1, 1, 1, 255, 3, 4, 2, 255, 255, 255, 255, 255], batch.LabelsOfHeads.ToArray());
    }

    [Fact]
    public void AllOfAnExampleIsVariedAlike()
    {
        var random = new RandomStream(3);
        var example = Of("a", 4, 1, static i => (byte)(10 * i), static i => (byte)i);
        var halved = new Augmentation { Crop = new PixelSize(2, 1) }.Apply(example, ref random);
        byte[] depth = halved.Inputs["depth"].Pixels;
        Assert.Equal((2, 1), (halved.Image.Width, halved.Inputs["depth"].Height));
        Assert.Equal(depth.Select(static d => (byte)(d / 10)), halved.LabelsOfHeads["parts"].Labels);
        Assert.Equal(depth[0] + 10, depth[1]);
    }

    [Fact]
    public void WhatIsMissingOrOfAnotherSizeIsNamed()
    {
        var builder = new BatchBuilder(Rgbd);
        var example = Of("street", 2, 1, static _ => 0, static _ => 0);
        string Refused(Example x) => Refusal.Of(() => builder.Build([x], new Batch()));
        Assert.Contains("'street' has nothing for the input 'depth'", Refused(new Example("street", example.Image, example.Labels)));
        Assert.Contains(
            "the input 'depth' is 1x1 but the image is 2x1",
            Refused(example with { Inputs = new Dictionary<string, Image> { ["depth"] = new(1, 1, [0], channels: 1) } }));
        Assert.Contains(
            "the labels of 'parts' are 1x1 but the image is 2x1",
            Refused(example with { LabelsOfHeads = new Dictionary<string, LabelMap> { ["parts"] = new(1, 1, [0]) } }));
    }

    // The loss of both heads falls; a set that says nothing of the second trains the first.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ASetTrainsTheHeadsThatItHasLabelsFor(bool both)
    {
        using var device = new CpuDevice(2);
        using var network = GoldenNetwork.TwoHeads.Open(GoldenFile.Own("two_heads.safetensors"), device);
        using var trainer = new Trainer(network, new Halves(both), new TrainerSettings
        {
            Iterations = 20, LossWindow = 5, Solver = new SolverSettings { BaseRate = 1e-3, WeightDecay = 0 },
        });
        float[] parts = network.Parameter("parts.weight").Data.ToArray();
        trainer.Run();
        Assert.InRange(trainer.PixelLoss, 0, both ? 1.4 * 1.2 : 1.2);
        Assert.Equal(both, !parts.SequenceEqual(network.Parameter("parts.weight").Data.ToArray()));
    }

    sealed class Halves(bool both) : SegmentationSet
    {
        public override string Name => "halves";

        public override IReadOnlyList<string> ClassNames { get; } = ["a", "b", "c"];

        public override IReadOnlyList<string> Ids { get; } = ["only"];

        protected override Image ReadImage(int index) => Read(index).Image;

        protected override LabelMap ReadLabels(int index) => Read(index).Labels;

        protected override Example Read(int index)
        {
            byte[] labels = [.. Enumerable.Range(0, 144).Select(static i => (byte)(i % 12 < 6 ? 1 : 2))];
            var example = new Example(
                Ids[index], new Image(12, 12, [.. labels.SelectMany(static l => new byte[] { (byte)(l * 90), 128, 128 })]), new LabelMap(12, 12, labels));
            return both ? example with { LabelsOfHeads = new Dictionary<string, LabelMap> { ["parts"] = new(12, 12, [.. labels.Select(static l => (byte)(l + 2))]) } } : example;
        }
    }
}
