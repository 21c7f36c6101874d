using Xunit;

namespace Fcn.Tests.Networks;

public class PreprocessingTests
{
    static readonly InputSummary voc = new(3, ChannelOrder.Bgr, [104.00699f, 116.66877f, 122.67892f], 1);

    [Fact]
    public void CaffesOrderAndMean()
    {
        InputBatch batch = Preprocessing.Prepare(new Image(2, 1, [10, 20, 30, 255, 0, 128]), voc);
        Assert.Equal((1, 1, 2, 3), (batch.Images, batch.Height, batch.Width, batch.Channels));
        Assert.Equal([30 - 104.00699f, 20 - 116.66877f, 10 - 122.67892f, 128 - 104.00699f, 0 - 116.66877f, 255 - 122.67892f], batch.Pixels);
    }

    [Fact]
    public void RgbKeepsItsOrderAndTheScaleComesAfterTheMean()
    {
        InputBatch batch = Preprocessing.Prepare(new Image(1, 1, [10, 20, 30]), new InputSummary(3, ChannelOrder.Rgb, [1, 2, 3], 0.5f));
        Assert.Equal([4.5f, 9, 13.5f], batch.Pixels);
    }

    // Depth behind colour: BGR + depth, as the reference's nyud-fcn32s-color-d.
    [Fact]
    public void OnlyColoursAreSwapped()
    {
        Assert.Equal([30, 20, 10, 40], Pixels(10, 20, 30, 40));
        Assert.Equal([10, 20], Pixels(10, 20));

        static float[] Pixels(params byte[] pixel) =>
            Preprocessing.Prepare(new Image(1, 1, pixel, pixel.Length), new InputSummary(pixel.Length, ChannelOrder.Bgr, [], 1)).Pixels;
    }

    [Fact]
    public void WhatLiesBehindARowIsLeftAlone()
    {
        var pixels = new float[2 * 4 * 3];
        Array.Fill(pixels, 7);
        var image = new Image(2, 2, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
        Preprocessing.Fill(image, new InputSummary(3, ChannelOrder.Rgb, [], 1), pixels, rowStride: 12);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 7, 7, 7, 7, 7, 7, 8, 9, 10, 11, 12, 7, 7, 7, 7, 7, 7], pixels);
    }

    [Fact]
    public void SeveralImagesOfOneSize()
    {
        var input = new InputSummary(1, ChannelOrder.Rgb, [], 1);
        var first = new Image(2, 1, [1, 2], channels: 1);
        InputBatch batch = Preprocessing.Prepare([first, new Image(2, 1, [3, 4], channels: 1)], input);
        Assert.Equal(2, batch.Images);
        Assert.Equal([1, 2, 3, 4], batch.Pixels);
        Assert.Contains("the first is 2x1, number 2 is 1x2",
            Assert.Throws<FcnException>(() => Preprocessing.Prepare([first, new Image(1, 2, [3, 4], channels: 1)], input)).Message);
        Assert.Throws<FcnException>(() => Preprocessing.Prepare([], input));
    }

    [Fact]
    public void WrongChannelsAreNamedWithTheWayOut()
    {
        Assert.Equal(
            "The network reads 3 channels but the image has 1 channel. " +
            "Turn the grey image into RGB, or declare the network with [Input(Channels = 1)].", Refused(1, voc));
        Assert.Contains("Drop the alpha channel", Refused(4, voc));
        Assert.Contains("[Input(Channels = 2)]", Refused(2, voc));
        Assert.Contains("3 channels but its mean has 1 value", Refused(3, voc with { Mean = [1] }));

        static string Refused(int channels, InputSummary input) =>
            Assert.Throws<FcnException>(() => Preprocessing.Prepare(new Image(1, 1, new byte[channels], channels), input)).Message;
    }

    [Fact]
    public void MemoryThatIsTooSmallIsRefused()
    {
        var image = new Image(2, 2, new byte[12]);
        Assert.Throws<ArgumentException>(() => Preprocessing.Fill(image, voc, new float[11], 6));
        Assert.Throws<ArgumentException>(() => Preprocessing.Fill(image, voc, new float[100], 5));
    }
}
