using Fcn.Data;
using Xunit;

namespace Fcn.Tests.Data;

public sealed class VocSetTests : IDisposable
{
    readonly VocFolder folder = new();

    public void Dispose() => folder.Dispose();

    string Refused(string split = "train", int? classes = null) => Refusal.Of(() => new VocSet(folder.Root, split, classes));

    [Fact]
    public void ReadsImagesAndLabelsInTheOrderOfTheList()
    {
        folder.Add("b", 4, 3, 0, 20, 255).Add("a", 2, 2, 7).List("train", "b\na\n");
        var set = new VocSet(folder.Root, "train");
        Assert.Equal(["b", "a"], set.Ids);
        Assert.Equal((2, 21), (set.Count, set.Classes));
        Assert.Equal("tvmonitor", set.ClassNames[20]);
        Assert.Equal($"{Path.GetFileName(folder.Root)}, train", set.Name);
        Assert.Equal([0, 20, 255, 0, 20, 255, 0, 20, 255, 0, 20, 255], set.LoadLabels(0).Labels);
        Example example = set.Load(1);
        Assert.Equal(("a", 2, 2, 2), (example.Id, example.Image.Width, example.Image.Height, example.Labels.Width));
        Assert.Equal([0, 1, 2], example.Image.Pixels[..3]);
        Assert.Equal(example.Image.Pixels, set.LoadImage(1).Pixels);
    }

    [Fact]
    public void TakesThreeExtensionsAndPrefersJpg()
    {
        // The content decides how a file is read, so PNG data may stand behind any of the names.
        foreach ((string id, string extension) in new[] { ("a", ".jpg"), ("b", ".jpeg"), ("c", ".png") })
            folder.Add(id, 1, 1, 0).Rename(id, extension);
        folder.List("train", "a\nb\nc");
        var set = new VocSet(folder.Root, "train");
        Assert.Equal([".jpg", ".jpeg", ".png"], Enumerable.Range(0, 3).Select(i => Path.GetExtension(set.ImagePath(i))));
        Assert.Equal(3, Enumerable.Range(0, 3).Count(i => set.Load(i).Image.Width == 1));
    }

    [Theory]
    [InlineData("a\nb\n")]
    [InlineData("\uFEFFa\r\n\r\n  b\t\r\n\r\n")]
    [InlineData("\n\na\n\nb")]
    public void ToleratesLineEndsBlankLinesAndSpaces(string list)
    {
        folder.Add("a", 1, 1, 0).Add("b", 1, 1, 0).List("train", list);
        Assert.Equal(["a", "b"], new VocSet(folder.Root, "train").Ids);
    }

    [Fact]
    public void AnIdMayBeListedTwice()
    {
        folder.Add("a", 1, 1, 0).List("train", "a\na\n");
        Assert.Equal(["a", "a"], new VocSet(folder.Root, "train").Ids);
    }

    [Theory]
    [InlineData("../a", "'..'")]
    [InlineData("..", "'..'")]
    [InlineData("/etc/passwd", "'/'")]
    [InlineData("x\\a", "'\\'")]
    [InlineData("C:a", "':'")]
    [InlineData("a*", "'*'")]
    [InlineData("a\tb", "'\t'")]
    public void IdsThatCouldLeaveTheFolderAreRefused(string id, string why)
    {
        folder.Add("a", 1, 1, 0).List("train", $"a\n\n{id}\n");
        string message = Refused();
        Assert.Contains("train.txt', line 3", message);
        Assert.Contains(why, message);
    }

    [Fact]
    public void NoTextNoListNoNameAreRefused()
    {
        folder.Add("a", 1, 1, 0).List("train", "a\u0007b");
        Assert.Contains("train.txt', line 1: control character U+0007", Refused());
        folder.List("train", "\n \r\n");
        Assert.Contains("train.txt' names nothing", Refused());
        folder.List("train", new string('x', 201));
        Assert.Contains("1 to 200 characters", Refused());
        folder.Bytes("ImageSets/Segmentation/train.txt", [0x61, 0xFF, 0xFE]);
        Assert.Contains("train.txt' is not UTF-8", Refused());
        folder.List("val", "a");
        Assert.Contains("Splits here: train, val. Name another one (fcn val --split,", Refused("test"));
        Assert.Contains("is no split", Refused("../train"));
        Directory.Delete(Path.Combine(folder.Root, "ImageSets"), recursive: true);
        Assert.Contains("has no folder ImageSets/Segmentation", Refused());
        Assert.Contains("no such folder", Refusal.Of(() => new VocSet(folder.Root + "x", "train")));
    }

    [Fact]
    public void AllMissingFilesAreListedUpToTen()
    {
        folder.Add("a", 1, 1, 0).Add("b", 1, 1, 0).List("train", "a\nb\nc");
        File.Delete(Path.Combine(folder.Root, "SegmentationClass", "b.png"));
        string message = Refused();
        Assert.Contains("lists 3 examples, but 3 of their files are not in", message);
        Assert.EndsWith("SegmentationClass/b.png, JPEGImages/c.jpg|.jpeg|.png, SegmentationClass/c.png.", message);

        folder.List("train", string.Join('\n', Enumerable.Range(0, 40).Select(static i => $"missing{i}")));
        message = Refused();
        Assert.EndsWith(" and 70 more.", message);
        Assert.Contains("missing4", message);
        Assert.DoesNotContain("missing5", message);
    }

    [Fact]
    public void LabelsOutsideTheClassesAreNamedWithTheirPlace()
    {
        folder.Add("a", 3, 2, 0, 1, 255, 1, 11, 0).List("train", "a").Text("classes.txt", "sky\ntree\n");
        var set = new VocSet(folder.Root, "train");
        string message = Refusal.Of(() => set.Load(0));
        Assert.Contains("a.png': label 11 at row 1, column 1, but there are 2 classes (0 to 1)", message);
        Assert.Equal(message, Refusal.Of(() => set.LoadLabels(0)));
        Assert.Equal(3, set.LoadImage(0).Width);
    }

    [Fact]
    public void ImageAndLabelsOfDifferentSizeAreRefusedWithBothSizes()
    {
        folder.Add("a", 3, 2, 0).List("train", "a");
        new LabelMap(2, 3, new byte[6]).Save(Path.Combine(folder.Root, "SegmentationClass", "a.png"));
        string message = Refusal.Of(() => new VocSet(folder.Root, "train").Load(0));
        Assert.Contains("a.png': the labels are 2x3 but the image of 'a' is 3x2", message);
    }

    [Fact]
    public void ClassNamesComeFromTheFileOrTheirNumber()
    {
        folder.Add("a", 1, 1, 0).List("train", "a");
        Assert.Equal(["class 0", "class 1", "class 2"], new VocSet(folder.Root, "train", 3).ClassNames);
        Assert.Equal("background", new VocSet(folder.Root, "train", 21).ClassNames[0]);
        folder.Text("classes.txt", "0 sky\n1 traffic light\n2\t4 wheeler\n");
        Assert.Equal(["sky", "traffic light", "4 wheeler"], new VocSet(folder.Root, "train").ClassNames);
        Assert.Contains("names 3 classes, but 4 were asked for", Refused(classes: 4));
        // Not numbered throughout, so the numbers belong to the names.
        folder.Text("classes.txt", "0 sky\n4 wheeler\n");
        Assert.Equal(["0 sky", "4 wheeler"], new VocSet(folder.Root, "train").ClassNames);
        folder.Text("classes.txt", "sky\r\ntree\r\nsky\r\n");
        Assert.Contains("line 3: class 'sky' was already named in line 1", Refused());
        folder.Text("classes.txt", string.Join('\n', Enumerable.Range(0, 255).Select(static i => $"c{i}")));
        Assert.Contains("names 255 classes; at most 254", Refused());
        Assert.Contains("0 classes", Refused(classes: 0));
    }
}
