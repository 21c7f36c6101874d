// Noisy pixels whose class is their strongest channel, every tenth ignored, in images of several sizes: a set that PixelNet can learn.
using Fcn.Data;

namespace Fcn.Tests.Training;

sealed class ColourSet(int count, ulong seed = 1, int classes = 3, bool oneSize = false) : SegmentationSet
{
    public override string Name => "colours";

    public override IReadOnlyList<string> ClassNames { get; } = [.. Enumerable.Range(0, classes).Select(static c => $"class {c}")];

    public override IReadOnlyList<string> Ids { get; } = [.. Enumerable.Range(0, count).Select(i => $"{seed}/{i}")];

    public BadExamples Bad { init => OnBadExample = value; }

    // Called before an image is read; lets a test cancel or fail there.
    public Action<int>? Reading { get; init; }

    protected override Image ReadImage(int index) => Read(index).Image;

    protected override LabelMap ReadLabels(int index) => Read(index).Labels;

    protected override Example Read(int index)
    {
        Reading?.Invoke(index);
        var random = new RandomStream(seed, index);
        (int width, int height) = oneSize ? (6, 5) : (4 + random.Below(4), 3 + random.Below(5));
        var pixels = new byte[width * height * 3];
        var labels = new byte[width * height];
        for (int i = 0; i < labels.Length; i++)
        {
            labels[i] = (byte)random.Below(3);
            for (int k = 0; k < 3; k++) pixels[i * 3 + k] = (byte)(random.Below(130) + (k == labels[i] ? 110 : 0));
            if (i % 10 == 9) labels[i] = LabelMap.Ignore;
        }
        return new Example(Ids[index], new Image(width, height, pixels), new LabelMap(width, height, labels));
    }
}
