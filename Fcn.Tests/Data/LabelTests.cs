// Label files as people have them: other values for what is ignored, alpha, grey made of colours, photographs that lie on their side.
using Fcn.Data;
using Fcn.Imaging;
using Fcn.Tests.Imaging;
using Fcn.Tests.Training;
using Fcn.Training;
using Xunit;

namespace Fcn.Tests.Data;

public sealed class LabelTests : IDisposable
{
    readonly VocFolder folder = new VocFolder().Text("classes.txt", "sky\ntree\nroad\n").List("train", "a");

    public void Dispose() => folder.Dispose();

    VocSet Open(LabelMapping? mapping = null) => new(folder.Root, "train") { LabelMapping = mapping ?? new LabelMapping() };

    string Refused(LabelMapping? mapping = null) => Refusal.Of(() => Open(mapping).Load(0));

    [Theory]
    [InlineData(null, false, new byte[] { 0, 1, 2, 255 }, new byte[] { 0, 1, 2, 255 })]
    [InlineData(3, false, new byte[] { 0, 3, 2, 255 }, new byte[] { 0, 255, 2, 255 })]
    [InlineData(0, false, new byte[] { 0, 1, 2, 255 }, new byte[] { 255, 1, 2, 255 })]
    [InlineData(null, true, new byte[] { 0, 1, 3, 255 }, new byte[] { 255, 0, 2, 255 })]
    [InlineData(4, true, new byte[] { 0, 4, 3, 255 }, new byte[] { 255, 255, 2, 255 })]
    public void StoredValuesBecomeClasses(int? ignore, bool reduce, byte[] stored, byte[] classes)
    {
        folder.Add("a", 4, 1, stored);
        VocSet set = Open(new LabelMapping { IgnoreLabel = ignore, ReduceZeroLabel = reduce });
        Assert.Equal(classes, set.Load(0).Labels.Labels);
        Assert.Equal(classes, set.LoadLabels(0).Labels);
        Assert.Equal(classes, set.Examine(0)!.Labels);
    }

    [Fact]
    public void AMappingIsPartOfWhatARunIsResumedWith()
    {
        folder.Add("a", 4, 1, 0, 1, 2, 255);
        Assert.DoesNotContain("data.labels", Settings(new LabelMapping()).Keys);
        Assert.Equal("0 ignored, others one lower", Settings(new LabelMapping { ReduceZeroLabel = true })["data.labels"]);
        Assert.Equal("2 ignored", Settings(new LabelMapping { IgnoreLabel = 2 })["data.labels"]);
        Assert.Contains("The ignored label is 255: give a stored value, 0 to 254", Refusal.Of(() => new LabelMapping { IgnoreLabel = 255 }));

        IReadOnlyDictionary<string, string> Settings(LabelMapping mapping)
        {
            using var batches = new SegmentationBatches(Open(mapping), PixelNet.Describe(3, "net", 2), new BatchSettings());
            return batches.Settings;
        }
    }

    [Fact]
    public void AReadingThatChangesPixelsIsToo()
    {
        folder.Add("a", 4, 1, 0, 1, 2, 255);
        Assert.DoesNotContain("data.reading", Settings(new() { AsStored = true }).Keys);
        Assert.Contains("Scale", Settings(new() { AsStored = true, SixteenBit = SixteenBit.Scale })["data.reading"]);
        Assert.Contains("AsStored = False", Settings(new())["data.reading"]);

        IReadOnlyDictionary<string, string> Settings(ImageReading reading)
        {
            var set = new VocSet(folder.Root, "train") { Reading = reading };
            using var batches = new SegmentationBatches(set, PixelNet.Describe(3, "net", 2), new BatchSettings());
            return batches.Settings;
        }
    }

    [Fact]
    public void ALabelThatIsNoClassIsExplained()
    {
        folder.Add("a", 4, 1, 0, 1, 3, 2);
        Assert.Contains("label 3 at row 0, column 2, but there are 3 classes (0 to 2)", Refused());
        Assert.Contains("The file holds 0, 1, 2, 3: give the set more classes; or ignore 3", Refused());
        Assert.Contains("(--reduce-zero-label)", Refused());
        folder.Add("a", 4, 1, 0, 7, 255, 3);
        Assert.Contains("The file holds 0, 3, 7, 255: give the set more classes, write unlabelled pixels as 255", Refused());
        Assert.Contains("label 7 at row 0, column 1", Refused(new LabelMapping { IgnoreLabel = 3 }));
        Assert.Contains("255 for pixels to ignore (3 ignored).", Refused(new LabelMapping { IgnoreLabel = 3 }));
    }

    [Theory]
    [InlineData(0, 38, 75, 220)]
    [InlineData(0, 38, 75, 255)]
    public void GreyMadeOfAColouredMaskIsRecognised(params int[] greys)
    {
        // VOC's first colours are (0, 0, 0), (128, 0, 0), (0, 128, 0); its border is (224, 224, 192), or white by hand.
        folder.Add("a", 4, 1, 0).Label("a", new TestPng(4, 1, 8, 0), [.. greys.Select(static g => (ushort)g)]);
        string message = Refused();
        Assert.Contains("label 38 at row 0, column 1", message);
        Assert.Contains("a coloured mask was turned to grey. Make a palette PNG of the coloured one.", message);
    }

    // The tool's networks have palettes of their own, the masks those of their data set.
    [Theory]
    [InlineData("a coloured mask was turned to grey", 0, 38, 75, 113, 15, 53, 255)] // VOC
    [InlineData("a coloured mask was turned to grey", 90, 119, 70, 118, 16, 84, 0)] // Cityscapes
    [InlineData("multiples of 50, as if a mask had been stretched for viewing. Write the classes themselves: the values / 50.",
        0, 50, 100, 150, 200, 250)]
    [InlineData("multiples of 51, as if", 0, 51, 153, 204, 255)]
    [InlineData("give the set more classes", 0, 15, 255)] // VOC's person, not its bottle as grey
    [InlineData("give the set more classes", 0, 2, 4, 8)]
    public void GreysOfOtherDataSetsAndStretchedMasksAreRecognised(string advice, params int[] values)
    {
        var palette = new Palette(new Rgb(10, 200, 30), new Rgb(1, 2, 3));
        folder.Text("classes.txt", "a\nb\nc\nd\ne\nf\n").Add("a", values.Length, 1, [.. values.Select(static v => (byte)v)]);
        var set = new VocSet(folder.Root, "train") { Palette = palette };
        Assert.Contains(advice, Refusal.Of(() => set.Load(0)));
    }

    [Theory]
    [InlineData(8, 255)]
    [InlineData(16, 65535)]
    public void AlphaIsDroppedWhereAllIsOpaque(int depth, int opaque)
    {
        ushort full = (ushort)opaque;
        folder.Add("a", 3, 1, 0).Label("a", new TestPng(3, 1, depth, 4), 2, full, 0, full, 255, full);
        Assert.Equal([2, 0, 255], Open().LoadLabels(0).Labels);
        folder.Label("a", new TestPng(3, 1, depth, 4, Interlaced: true), 2, full, 0, full, 255, full);
        Assert.Equal([2, 0, 255], Open().LoadLabels(0).Labels);
        folder.Label("a", new TestPng(3, 1, depth, 4), 2, full, 0, (ushort)(full - 1), 255, full);
        Assert.Contains("a.png' is transparent at (1, 0), so its class there is unclear.", Refused());
    }

    [Fact]
    public void APhotographOnItsSideIsNamedAsTheCause()
    {
        folder.Add("a", 3, 2, 0);
        new LabelMap(2, 3, new byte[6]).Save(Open().LabelPath(0));
        Assert.Contains("the labels are 2x3 but the image of 'a' is 3x2; both must have one size. One lies on its side", Refused());
        Assert.Contains("EXIF orientation", Refusal.Of(() => Open().Examine(0)));
        new LabelMap(2, 2, new byte[4]).Save(Open().LabelPath(0));
        Assert.DoesNotContain("EXIF", Refused());
    }

    [Fact]
    public void SizesAreReadFromHeaders()
    {
        using var files = new TempFolder();
        foreach (byte[] jpeg in (byte[][])[TinyJpeg.Colour, TinyJpeg.Progressive, TinyJpeg.Grey])
        {
            Assert.Equal(new PixelSize(24, 16), Size(jpeg));
            // Fill bytes before a marker, and a comment.
            Assert.Equal(new PixelSize(24, 16), Size([.. jpeg[..2], 0xFF, 0xFF, 0xFF, 0xFE, 0, 4, 1, 2, .. jpeg[2..]]));
            // Nothing is made of what is cut off or no segment.
            Assert.Null(Size(jpeg[..40]));
            Assert.Null(Size([.. jpeg[..2], 7, .. jpeg[3..]]));
        }
        Assert.Equal(new PixelSize(7, 5), Size(new TestPng(7, 5, 8, 2).Encode(new ushort[105])));
        Assert.Null(Size([1, 2, 3]));
        Assert.Null(Size(new byte[64]));
        // Ends, whatever stands there.
        Assert.Null(Size([0xFF, 0xD8, .. Enumerable.Repeat((byte)0xFF, 100_000)]));
        Assert.Null(Size([0xFF, 0xD8, 0xFF, 0xE0, .. new byte[100_000]]));

        PixelSize? Size(byte[] content) => PhotographHeader.Size(files.Write("file", content));
    }
}
