using Fcn.Data;
using Fcn.Imaging;
using Fcn.Tests.Training;
using Xunit;

namespace Fcn.Tests.Data;

public sealed class SetSurveyTests : IDisposable
{
    static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    readonly VocFolder folder = new VocFolder().Text("classes.txt", "sky\ntree\nroad\n");

    public void Dispose() => folder.Dispose();

    VocSet Open(BadExamples bad = BadExamples.Stop) => new(folder.Root, "train", onBadExample: bad);

    // Adds examples 0, 1, … and lists them.
    void Add(params byte[][] labels)
    {
        for (int i = 0; i < labels.Length; i++) folder.Add($"{i}", 4, 2, labels[i]);
        folder.List("train", string.Join('\n', Enumerable.Range(0, labels.Length)));
    }

    static SetSurvey Finished(SegmentationSet set)
    {
        var survey = new SetSurvey(set);
        Assert.True(survey.Wait(Minute));
        return survey;
    }

    [Fact]
    public void LabelsAreCountedAndAllIsWell()
    {
        Add([0, 1, 2, 255], [0, 0, 2, 2]);
        using SetSurvey survey = Finished(Open());
        survey.ThrowIfFailed();
        Assert.True(survey.IsComplete);
        Assert.Equal([6, 2, 6, 2], new byte[] { 0, 1, 2, 255 }.Select(survey.Pixels));
        Assert.Equal("", survey.Remark);
        Assert.Equal(("0", new PixelSize(4, 2)), survey.Largest);
    }

    [Fact]
    public void AllThatIsWrongIsListedInTheOrderOfTheSet()
    {
        Add([0], [1], [7], [2], [0]);
        string root = folder.Root;
        new LabelMap(2, 4, new byte[8]).Save(Path.Combine(root, "SegmentationClass", "1.png"));
        folder.Text("JPEGImages/3.png", "a picture, but as a poem").Bytes("SegmentationClass/4.png", [0x89, 0x50, 0x4E, 0x47]);
        using SetSurvey survey = Finished(Open());
        string[] message = Refusal.Of(survey.ThrowIfFailed).Split('\n');
        Assert.Contains("train: 4 of 5 examples cannot be used.", message[0]);
        Assert.Contains("--on-bad-example skip", message[0]);
        Assert.Contains("1.png': the labels are 2x4 but the image of '1' is 4x2", message[1]);
        Assert.Contains("2.png': label 7 at row 0, column 0", message[2]);
        Assert.Contains("3.png' is not an image of a known format", message[3]);
        Assert.Contains("4.png' is not a PNG", message[4]);
    }

    [Theory]
    [InlineData(BadExamples.Stop)]
    [InlineData(BadExamples.Skip)]
    public void AMissingLibraryIsNoFaultOfAnExample(BadExamples bad)
    {
        var set = new ColourSet(10) { Bad = bad, Reading = static i => throw new MissingLibraryException($"{i}.jpg", "install it") };
        using SetSurvey survey = Finished(set);
        Assert.Equal("Cannot read '0.jpg': install it", Assert.Throws<MissingLibraryException>(survey.ThrowIfFailed).Message);
        Assert.Throws<MissingLibraryException>(() => set.TryLoad(3, out _));
        Assert.Empty(set.Skipped);
    }

    [Fact]
    public void TenBadExamplesAreEnough()
    {
        Add([.. Enumerable.Repeat(new byte[] { 9 }, 30)]);
        using SetSurvey survey = Finished(Open());
        Assert.Equal(10, survey.Examined);
        Assert.Contains("10 of the first 10 examples cannot be used", Refusal.Of(survey.ThrowIfFailed));
    }

    [Fact]
    public void SkippedExamplesAreCountedAndTheirPixelsNot()
    {
        Add([0], [9], [1, 2]);
        VocSet set = Open(BadExamples.Skip);
        using SetSurvey survey = Finished(set);
        survey.ThrowIfFailed();
        Assert.Equal(["1"], set.Skipped.Select(static s => s.Id));
        Assert.Contains("label 9", set.Skipped[0].Reason);
        Assert.Equal([8, 4, 4], new byte[] { 0, 1, 2 }.Select(survey.Pixels));
    }

    [Fact]
    public void ASetOfWhichNothingIsLeftIsRefused()
    {
        Add([9], [8]);
        using SetSurvey survey = Finished(Open(BadExamples.Skip));
        Assert.Contains("All 2 examples of", Refusal.Of(survey.ThrowIfFailed));
        Assert.Contains("The first: ", Refusal.Of(survey.ThrowIfFailed));
    }

    [Theory]
    [InlineData(BadExamples.Stop)]
    [InlineData(BadExamples.Skip)]
    public void ASetWithoutALabelIsRefused(BadExamples bad)
    {
        Add([255], [255]);
        using SetSurvey survey = Finished(Open(bad));
        Assert.Contains("no pixel of 2 examples has a label: all are 255, which is ignored", Refusal.Of(survey.ThrowIfFailed));
    }

    [Fact]
    public void ClassesThatNeverOccurAreNamed()
    {
        Add([0, 2], [2]);
        using (SetSurvey survey = Finished(Open()))
            Assert.Equal($"{Open().Name}: no pixel is tree.", survey.Remark);
        Add([0, 255, 0, 0], [0]);
        using (SetSurvey survey = Finished(Open()))
            Assert.Equal($"{Open().Name}: every labelled pixel is sky (0), so nothing can be learned: who always says so is always right." +
                " 12.5 % of the pixels are 255, which is ignored: where it means an object, write the object's class.", survey.Remark);
        Add([0, 255, 255, 255], [1, 2]);
        using (SetSurvey survey = Finished(Open())) Assert.Equal("", survey.Remark);
        Add([0, 255, 255, 255], [1, 2, 255, 255]);
        using (SetSurvey survey = Finished(Open()))
            Assert.Equal($"{Open().Name}: all classes occur. 62.5 % of the pixels are 255, which is ignored.", survey.Remark);
    }

    [Fact]
    public void ALargeSetIsLookedAtBesideTheWorkUntilSomethingIsWrong()
    {
        using var gate = new ManualResetEventSlim();
        using var survey = new SetSurvey(new ColourSet(50)
        {
            Reading = index =>
            {
                if (index < 3) return;
                gate.Wait();
                throw new FcnException("'3.png' is cut off.");
            },
        });
        Assert.True(SpinWait.SpinUntil(() => survey.Examined == 3, Minute));
        Assert.False(survey.Wait(TimeSpan.Zero));
        Assert.False(survey.IsComplete);
        survey.ThrowIfFailed();
        gate.Set();
        Assert.True(survey.Wait(Minute));
        Assert.Contains("'3.png' is cut off.", Refusal.Of(survey.ThrowIfFailed));
    }

    [Fact]
    public void DisposingEndsIt()
    {
        int reads = 0;
        using var begun = new ManualResetEventSlim();
        var survey = new SetSurvey(new ColourSet(1_000_000)
        {
            Reading = _ =>
            {
                reads++;
                begun.Set();
            },
        });
        Assert.True(begun.Wait(Minute));
        survey.Dispose();
        Assert.InRange(reads, 1, 999_999);
    }

    [Fact]
    public void WhatShouldNotHappenIsNotHidden()
    {
        using SetSurvey survey = Finished(new ColourSet(5) { Reading = static _ => throw new IOException("the disk is gone") });
        Assert.Throws<IOException>(survey.ThrowIfFailed);
    }
}
