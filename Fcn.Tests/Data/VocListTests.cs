// What lists and folders of others look like.
using System.Text;
using Fcn.Data;
using Xunit;
using Xunit.Abstractions;

namespace Fcn.Tests.Data;

public sealed class VocListTests(ITestOutputHelper output) : IDisposable
{
    const string List = "ImageSets/Segmentation/train.txt";

    readonly VocFolder folder = new VocFolder().Add("a", 1, 1, 0).Add("b", 1, 1, 0);

    public void Dispose() => folder.Dispose();

    VocSet Open(string split = "train", BadExamples bad = BadExamples.Stop) => new(folder.Root, split, onBadExample: bad);

    string Refused(string split = "train") => Refusal.Of(() => Open(split));

    [Theory]
    [InlineData("a.png\nb.png\n")]
    [InlineData("a.jpg\nb.JPEG")]
    [InlineData("a\rb\r")]
    public void IdsMayHaveTheExtensionOfTheirFiles(string list)
    {
        VocSet set = Open(folder.List("train", list));
        Assert.Equal(["a", "b"], set.Ids);
        Assert.Equal(1, set.Load(1).Image.Width);
    }

    [Fact]
    public void AnIdThatOnlyLooksLikeAFileNameKeepsItsDot()
    {
        VocSet set = Open(folder.Add("frame.png", 2, 1, 0).List("train", "frame.png\na"));
        Assert.Equal(["frame.png", "a"], set.Ids);
        Assert.EndsWith("frame.png.png", set.LabelPath(0));
    }

    [Fact]
    public void ExtensionsMayBeInUpperCase()
    {
        folder.Rename("a", ".JPG").Rename("b", ".Jpeg").List("train", "a\nb");
        string label = Path.Combine(folder.Root, "SegmentationClass", "a");
        File.Move(label + ".png", label + ".PNG");
        VocSet set = Open();
        Assert.EndsWith("a.JPG", set.ImagePath(0));
        Assert.Equal(2, Enumerable.Range(0, 2).Count(i => set.Load(i).Image.Width == 1));
    }

    [Theory]
    [InlineData("a 1\nb -1\n", "train.txt', line 1: 'a 1' has two columns, but only the first is an id.")]
    [InlineData("a\nb.png b.png\n", "line 2: 'b.png b.png' has two columns")]
    [InlineData("image,label\na.png,a.png\n", "line 2: 'a.png,a.png' has two columns")]
    [InlineData("a;b\n", "line 1: 'a;b' has two columns")]
    [InlineData("a\t1\n", "it has '\t' in it, so it is two columns")]
    [InlineData("JPEGImages/a.png SegmentationClass/a.png", "Write file names without folder and extension, one per line and nothing else")]
    [InlineData("a\n._a\n", "line 2: '._a' is no id: it names a hidden file, such as macOS leaves beside others")]
    public void WhatIsNoListOfIdsIsNamed(string list, string message)
    {
        folder.List("train", list);
        Assert.Contains(message, Refused());
    }

    [Fact]
    public void AnIdMayHaveASpace() =>
        Assert.Equal(["my photo 1"], Open(folder.Add("my photo 1", 1, 1, 0).List("train", "my photo 1")).Ids);

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    [InlineData("utf-8")]
    public void ListsMayBeWhatPowerShellWrites(string encoding)
    {
        var written = Encoding.GetEncoding(encoding);
        folder.Add("ä", 1, 1, 0).Bytes(List, [.. written.Preamble, .. written.GetBytes("ä\r\na\r\n")]);
        Assert.Equal(["ä", "a"], Open().Ids);
    }

    [Fact]
    public void WhatIsNoTextIsRefused()
    {
        folder.Bytes(List, [.. Encoding.Unicode.GetBytes("a\n")]);
        Assert.Contains("train.txt' has zeros in it: it is no text, or UTF-16 without its mark. Save it as UTF-8.", Refused());
        folder.List("train", "a\u0001\n");
        Assert.Contains("line 1: control character U+0001 in a name; a list is UTF-8 text", Refused());
        folder.Bytes(List, [.. "a\nK"u8, 0xF6, .. "ln\n"u8]);
        Assert.Contains("train.txt' is not UTF-8 text: F6 at byte 3 is no character, as where it is Latin-1 or Windows-1252.", Refused());
        folder.Bytes(List, [0xFF, 0xFE, 0x61, 0x00, 0x62]);
        Assert.Contains("train.txt' is not UTF-16 text", Refused());
    }

    [Fact]
    public void TheSplitAllNeedsNoListAndLeavesHiddenFilesOut()
    {
        folder.Bytes("SegmentationClass/._a.png", [0, 5, 22, 7]).Bytes("JPEGImages/._a.png", [0, 5, 22, 7]).Bytes("JPEGImages/c.png", [1]);
        Assert.Equal(["a", "b"], Open("all").Ids);
        Directory.Delete(Path.Combine(folder.Root, "ImageSets"), recursive: true);
        Assert.Equal(["a", "b"], Open("all").Ids);
        Assert.Contains("has no folder ImageSets/Segmentation with lists of ids", Refused());
        Assert.Contains("with the split 'all'", Refused());
        Assert.Empty(VocSet.Splits(folder.Root));
    }

    [Fact]
    public void AListNamedAllIsAList() => Assert.Equal(["b"], Open(folder.List("all", "b"), "all").Ids);

    [Fact]
    public void HiddenListsAreNone()
    {
        folder.List("train", "a").List("._train", "x").List("val", "b");
        Assert.Equal(["train", "val"], VocSet.Splits(folder.Root));
        Assert.Contains("Splits here: train, val.", Refused("test"));
    }

    [Fact]
    public void FoldersOfLabelmeAreRead()
    {
        Directory.Move(Path.Combine(folder.Root, "SegmentationClass"), Path.Combine(folder.Root, "SegmentationClassPNG"));
        folder.Text("class_names.txt", "__ignore__\n_background_\ncat\n");
        VocSet set = Open("all");
        Assert.Equal(["_background_", "cat"], set.ClassNames);
        Assert.Equal(["a", "b"], set.Ids);
        Assert.Equal(0, set.Load(0).Labels.Labels[0]);
        Assert.Equal(0, Fcn.Cli.Output.Comparison.Background(set.ClassNames));
        folder.Text("class_names.txt", "__ignore__\n");
        Assert.Contains("names no class but __ignore__", Refused("all"));
    }

    [Fact]
    public void MissingFilesAreSkippedWhereBadExamplesAre()
    {
        folder.List("train", "a\nmissing\nb");
        VocSet set = Open(bad: BadExamples.Skip);
        Assert.Equal(3, set.Count);
        SkippedExample skipped = Assert.Single(set.Skipped);
        Assert.Equal((1, "missing"), (skipped.Index, skipped.Id));
        Assert.Contains("missing.png' is missing", skipped.Reason);
        Assert.False(set.TryLoad(1, out _));
        Assert.True(set.TryLoad(2, out Example? example));
        Assert.Equal("b", example.Id);
        Assert.Contains("--on-bad-example skip", Refused());
    }

    [Fact]
    public void ALinkToNothingAndAFolderAreCalledWhatTheyAre()
    {
        string photo = Path.Combine(folder.List("train", "a\nb").Root, "JPEGImages", "a.png"), target = photo + ".gone";
        if (!OperatingSystem.IsWindows())
        {
            File.Delete(photo);
            File.CreateSymbolicLink(photo, target);
            Assert.Contains($"a.png' is a link to '{target}', and there is no such file.", Refusal.Of(() => Open().Load(0)));
        }
        else output.WriteLine("Links are not tested: on Windows they need rights.");
        File.Delete(photo);
        Directory.CreateDirectory(photo);
        Assert.Contains("JPEGImages/a.png (a folder)", Refused());
    }

    // A pipe into which nobody writes is waited for without end by whoever opens it.
    [Theory]
    [InlineData("JPEGImages/a.png")]
    [InlineData("SegmentationClass/a.png")]
    [InlineData(List)]
    [InlineData("classes.txt")]
    public async Task APipeIsRefusedAndNeverWaitedFor(string file)
    {
        if (OperatingSystem.IsWindows())
        {
            output.WriteLine("Not tested: Windows has no pipes in folders.");
            return;
        }
        string pipe = Path.Combine(folder.List("train", "a").Root, file), target = pipe + ".pipe";
        File.Delete(pipe);
        NamedPipe.Make(target);
        foreach (bool linked in (bool[])[true, false])
        {
            if (linked) File.CreateSymbolicLink(pipe, target);
            else File.Move(target, pipe, overwrite: true);
            Task<string> refused = Task.Run(() => Refusal.Of(() => Open().Load(0)));
            Assert.Contains($"{Path.GetFileName(file)}' is empty, or a pipe or device", await refused.WaitAsync(TimeSpan.FromSeconds(60)));
        }
    }

    [Theory]
    [InlineData("JPEGImages", "Cannot list the files of '{0}': permission denied.")]
    [InlineData("SegmentationClass", "Cannot list the files of '{0}': permission denied.")]
    [InlineData("SegmentationClass/a.png", "Cannot read '{0}': permission denied.")]
    [InlineData("ImageSets", "Cannot read '{0}/Segmentation': permission denied.")]
    [InlineData("ImageSets/Segmentation", "Cannot list the files of '{0}': permission denied.")]
    [InlineData(List, "Cannot read '{0}': permission denied.")]
    public void WhatMustNotBeReadIsNotCalledMissing(string path, string message)
    {
        if (OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess)
        {
            output.WriteLine("Not tested: rights do not bind an administrator, and Windows has others.");
            return;
        }
        string closed = Path.Combine(folder.List("train", "a").Root, path);
        UnixFileMode open = File.GetUnixFileMode(closed);
        File.SetUnixFileMode(closed, UnixFileMode.None);
        try
        {
            Assert.Equal(string.Format(message, closed), Refusal.Of(() => Open().Load(0)));
        }
        finally
        {
            File.SetUnixFileMode(closed, open);
        }
    }

    VocSet Open(VocFolder prepared, string split = "train") => new(prepared.Root, split);
}
