using Fcn.Data;
using Fcn.Metrics;
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
}
