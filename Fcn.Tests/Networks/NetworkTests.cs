using Fcn.Tests.Training;
using Xunit;

namespace Fcn.Tests.Networks;

public sealed class NetworkTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("fcn-network-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void ParametersGoInAndOutByName()
    {
        using var net = new PixelNet();
        net.SetParameter("score.bias", new Tensor([3], [1, 2, 3]));
        Tensor bias = net.Parameter("score.bias");
        Assert.Equal([3], bias.Shape);
        Assert.Equal([1, 2, 3], bias.Data);
        bias.Data[0] = 9;
        Assert.Equal(1, net.Parameter("score.bias").Data[0]);
    }

    [Fact]
    public void UnknownNamesAndOtherShapesAreNamed()
    {
        using var net = new PixelNet();
        Assert.Equal("PixelNet has no parameter 'scores.bias'. It has: score.weight, score.bias, frozen.bias.",
            Assert.Throws<FcnException>(() => net.Parameter("scores.bias")).Message);
        Assert.Equal("'score.weight' of PixelNet has shape (3, 3, 1, 1); got (3, 3).",
            Assert.Throws<FcnException>(() => net.SetParameter("score.weight", new Tensor([3, 3], new float[9]))).Message);
    }

    [Fact]
    public void LabelsAreTheHighestScores()
    {
        using PixelNet net = PixelNet.Initialized();
        Image first = new ColourSet(1, oneSize: true).LoadImage(0), second = new ColourSet(1, seed: 9, oneSize: true).LoadImage(0);
        LabelMap labels = net.Segment(first);
        Tensor scores = net.Scores(first);
        Assert.Equal((6, 5), (labels.Width, labels.Height));
        Assert.Equal([1, 3, 5, 6], scores.Shape);
        for (int i = 0; i < 30; i++) Assert.Equal(labels.Labels[i], (byte)Enumerable.Range(0, 3).MaxBy(c => scores.Data[c * 30 + i]));

        LabelMap[] both = net.Segment([first, second]);
        Assert.Equal(labels.Labels, both[0].Labels);
        Assert.Equal(net.Segment(second).Labels, both[1].Labels);
        Tensor bothScores = net.Scores([first, second]);
        Assert.Equal([2, 3, 5, 6], bothScores.Shape);
        Assert.Equal([.. scores.Data, .. net.Scores(second).Data], bothScores.Data);
    }

    [Fact]
    public void WrongChannelsAreAnError()
    {
        using var net = new PixelNet();
        var grey = new Image(1, 1, [0], channels: 1);
        Assert.Contains("reads 3 channels but the image has 1", Assert.Throws<FcnException>(() => net.Segment(grey)).Message);
        Assert.Contains("reads 3 channels but the image has 1", Assert.Throws<FcnException>(() => net.Scores(grey)).Message);
    }

    [Fact]
    public void InitialisingTwiceIsInitialisingOnce()
    {
        using PixelNet once = new(), twice = new();
        once.Initialize(3);
        twice.Initialize(4);
        twice.Initialize(3);
        Assert.Equal(once.Engine.Bits(), twice.Engine.Bits());
        Assert.NotEqual(0, once.Parameter("score.weight").Data[0]);
    }

    [Fact]
    public void WeightsGoToAFileAndBack()
    {
        string path = Path.Combine(folder, "weights.safetensors");
        using PixelNet saved = PixelNet.Initialized(), loaded = new(), other = new(classes: 4);
        saved.Save(path);
        loaded.Load(path);
        Assert.Equal(saved.Engine.Bits(), loaded.Engine.Bits());
        Assert.Contains("score.weight", Assert.Throws<FcnException>(() => other.Load(path)).Message);
        Assert.All(other.Engine.Bits(), static b => Assert.Equal(0, b));
    }
}
