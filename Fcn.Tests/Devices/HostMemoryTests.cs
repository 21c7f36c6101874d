using Fcn.Cli.Output;
using Fcn.Data;
using Fcn.Devices;
using Fcn.Imaging;
using Fcn.Models;
using Xunit;

namespace Fcn.Tests.Devices;

public sealed class HostMemoryTests
{
    const int Side = 1000;

    static readonly Image photo = new(Side, Side, new byte[Side * Side * 3]);

    [Fact]
    public void WhatIsTakenButNotTouchedCounts()
    {
        const long Bytes = 1 << 28;
        Assert.True(HostMemory.Limit > 1 << 28, "This machine is too small for tests.");
        using var block = new NativeBlock(Bytes, "A test takes", "Do not.");
        Assert.True(HostMemory.Used >= Bytes);
    }

    [Fact]
    public void ArraysBeyondWhatThereIsAreRefusedWithNumbers()
    {
        string many = Refused(() => HostMemory.NewArray<byte>(1L << 31, "The labels take", "Use less."));
        Assert.Equal("The labels take 2147483648 values; an array holds at most 2147483591. Use less.", many);
        string large = Refused(() => HostMemory.Require(1L << 45, "The labels take", "Use less."));
        Assert.StartsWith("The labels take 35184372088832 bytes (35184.37 GB); of the ", large);
    }

    // Products of sizes that do not fit into 32 bits are errors with the sizes, wherever an array is made for them.
    [Fact]
    public void NoSizeOverflows()
    {
        Image[] images = [.. Enumerable.Repeat(photo, 800)];
        string batch = $"A batch of 800x{Side}x{Side}x3 takes 2400000000 values; an array holds at most 2147483591.";
        Assert.StartsWith(batch, Refused(() => Preprocessing.Prepare(images, FcnDemo.Summary.Input)));
        var example = new Example("e", photo, new LabelMap(Side, Side, new byte[Side * Side]));
        var builder = new BatchBuilder(FcnDemo.Summary.Input);
        Assert.StartsWith(batch, Refused(() => builder.Build([.. Enumerable.Repeat(example, 800)], new Batch())));
    }

    // Three panels of 238.6 million pixels do not fit into an array. The pixels here are never touched, so the system never gives memory
    // for them.
    [Fact]
    public void APictureOfThreePanelsMayBeTooLarge()
    {
        const int Width = 15_600, Height = 15_300;
        var huge = new Image(Width, Height, new byte[3 * Width * Height]);
        var labels = new LabelMap(Width, Height, new byte[Width * Height]);
        string message = Refused(() => Comparison.Draw(huge, labels, labels, Palette.Voc, ["background"], 0, 0.5));
        Assert.StartsWith("A picture of 46800x15300 takes 2148120000 values; an array holds at most 2147483591. Bring the", message);
    }

    static string Refused(Action action) => Refusal.Of(action);
}
