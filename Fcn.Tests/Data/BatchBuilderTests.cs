using Fcn.Data;
using Xunit;

namespace Fcn.Tests.Data;

public sealed class BatchBuilderTests
{
    static readonly InputSummary Bgr = new(3, ChannelOrder.Bgr, [1, 2, 3], 0.5f);

    static Example Plain(string id, int width, int height, byte r, byte g, byte b, byte label) => new(
        id, new Image(width, height, [.. Enumerable.Repeat(new[] { r, g, b }, width * height).SelectMany(static p => p)]),
        new LabelMap(width, height, [.. Enumerable.Repeat(label, width * height)]));

    [Fact]
    public void SmallerImagesArePaddedWithTheMeanAndTheIgnoreLabel()
    {
        var batch = new Batch();
        new BatchBuilder(Bgr).Build([Plain("a", 2, 1, 11, 22, 33, 4), Plain("b", 1, 2, 51, 52, 53, 5)], batch);
        Assert.Equal((2, 2, 2, 3), (batch.Input.Images, batch.Input.Height, batch.Input.Width, batch.Input.Channels));
        // Blue first: (33 − 1) / 2, (22 − 2) / 2, (11 − 3) / 2.
        Assert.Equal([16, 10, 4, 16, 10, 4, 0, 0, 0, 0, 0, 0, 26, 25, 24, 0, 0, 0, 26, 25, 24, 0, 0, 0], batch.Input.Pixels);
        Assert.Equal([4, 4, 255, 255, 5, 255, 5, 255], batch.Labels.ToArray());
        Assert.Equal(["a", "b"], batch.Examples.Select(static e => e.Id));
    }

    [Fact]
    public void ImagesBelowTheCropAreFilledUp()
    {
        var crop = new PixelSize(3, 2);
        var random = new RandomStream(1);
        Example example = new Augmentation { Crop = crop }.Apply(Plain("a", 2, 5, 7, 8, 9, 1), ref random);
        var batch = new Batch();
        new BatchBuilder(new InputSummary(3, ChannelOrder.Rgb, [], 1)).Build([example], batch, crop);
        Assert.Equal([7, 8, 9, 7, 8, 9, 0, 0, 0, 7, 8, 9, 7, 8, 9, 0, 0, 0], batch.Input.Pixels);
        Assert.Equal([1, 1, 255, 1, 1, 255], batch.Labels.ToArray());
    }

    [Fact]
    public void AReusedBatchShowsNothingOfTheOneBefore()
    {
        (var builder, var reused) = (new BatchBuilder(Bgr), new Batch());
        Example[][] steps =
        [
            [Plain("big", 9, 9, 200, 200, 200, 3)],
            [Plain("a", 2, 3, 1, 2, 3, 1), Plain("b", 3, 2, 4, 5, 6, 2)],
            [Plain("c", 4, 1, 9, 9, 9, 0)],
        ];
        foreach (Example[] step in steps)
        {
            var fresh = new Batch();
            builder.Build(step, reused);
            builder.Build(step, fresh);
            Assert.Equal(fresh.Input.Pixels, reused.Input.Pixels[..fresh.Input.Pixels.Length]);
            (InputBatch expected, InputBatch actual) = (fresh.Input, reused.Input);
            Assert.Equal((expected.Images, expected.Height, expected.Width), (actual.Images, actual.Height, actual.Width));
            Assert.Equal(fresh.Labels.ToArray(), reused.Labels.ToArray());
            Assert.Equal(step, reused.Examples);
        }
    }

    [Fact]
    public void NothingIsAllocatedOnceWarm()
    {
        (var builder, var batch) = (new BatchBuilder(Bgr), new Batch());
        List<Example> examples = [Plain("a", 30, 20, 1, 2, 3, 1), Plain("b", 20, 30, 4, 5, 6, 2)];
        for (int i = 0; i < 3; i++) builder.Build(examples, batch);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++) builder.Build(examples, batch);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void WrongExamplesAreNamed()
    {
        var builder = new BatchBuilder(Bgr);
        var grey = new Example("grey", new Image(2, 2, new byte[4], channels: 1), new LabelMap(2, 2, new byte[4]));
        var uneven = new Example("uneven", new Image(2, 2, new byte[12]), new LabelMap(2, 3, new byte[6]));
        Assert.Contains("'grey'", Refusal.Of(() => builder.Build([grey], new Batch())));
        string message = Refusal.Of(() => builder.Build([uneven], new Batch()));
        Assert.Contains("the labels are 2x3 but the image of 'uneven' is 2x2", message);
        Assert.Throws<ArgumentException>(() => builder.Build([], new Batch()));
    }
}
