using Fcn.Data;
using Fcn.Metrics;
using Fcn.Tests.Cli;
using Fcn.Training;
using Xunit;

namespace Fcn.Tests.Training;

public class EvaluatorTests
{
    [Fact]
    public void OneMatrixOverAllImages()
    {
        using PixelNet net = PixelNet.Initialized();
        var set = new ColourSet(7);
        var seen = new List<Evaluated>();
        ConfusionMatrix matrix = Evaluator.Run(net, set, each: seen.Add);
        var expected = new ConfusionMatrix(3);
        for (int i = 0; i < 7; i++)
        {
            Example example = set.Load(i);
            LabelMap prediction = net.Segment(example.Image);
            expected.Add(example.Labels, prediction);
            Assert.Equal((i, $"1/{i}"), (seen[i].Index, seen[i].Example.Id));
            Assert.Equal(prediction.Labels, seen[i].Prediction.Labels);
        }
        Assert.Equal(7, seen.Count);
        Assert.Equal(expected.Pixels, matrix.Pixels);
        for (int t = 0; t < 3; t++)
            for (int p = 0; p < 3; p++) Assert.Equal(expected[t, p], matrix[t, p]);
        Assert.Equal(expected.MeanIU, ValidationScores.Of(matrix).MeanIU);
    }

    [Fact]
    public void ImagesAreBroughtToTheSizeAskedFor()
    {
        using PixelNet net = PixelNet.Initialized();
        Evaluator.Run(net, new ColourSet(3), new PixelSize(9, 4), e => Assert.Equal((9, 4, 9, 4),
            (e.Prediction.Width, e.Prediction.Height, e.Example.Image.Width, e.Example.Labels.Height)));
    }

    [Fact]
    public void ItStopsWhenCancelled()
    {
        using var cancellation = new CancellationTokenSource();
        using PixelNet net = PixelNet.Initialized();
        int images = 0;
        Assert.Throws<OperationCanceledException>(() => Evaluator.Run(net, new ColourSet(9), each: _ =>
        {
            if (++images == 4) cancellation.Cancel();
        }, cancellation: cancellation.Token));
        Assert.Equal(4, images);
    }

    [Fact]
    public void AnExampleThatCannotBeSegmentedIsNamedOrLeftOut()
    {
        int calls = 0;
        using var net = new StubNetwork(3, _ => ++calls % 3 == 2 ? new FcnException("Too large.") : null);
        var set = new ColourSet(4);
        Assert.Equal("'1/1': Too large.", Assert.Throws<FcnException>(() => Evaluator.Run(net, set)).Message);

        calls = 0;
        var failed = new List<string>();
        ConfusionMatrix matrix = Evaluator.Run(net, set, failed: (id, e) => failed.Add($"{id}: {e.Message}"));
        Assert.Equal(["1/1: Too large."], failed);
        long[] pixels = [.. Enumerable.Range(0, 4).Select(i => set.Load(i).Labels.Labels.LongCount(static l => l != LabelMap.Ignore))];
        Assert.Equal(pixels.Sum() - pixels[1], matrix.Pixels);
    }

    // What has diverged is known by its type.
    [Fact]
    public void ScoresThatAreNotFiniteStayThat()
    {
        using var net = new StubNetwork(3, static _ => new NotFiniteException("The score of class 1 is NaN."));
        string message = Assert.Throws<NotFiniteException>(() => Evaluator.Run(net, new ColourSet(2))).Message;
        Assert.Equal("'1/0': The score of class 1 is NaN.", message);
    }
}
