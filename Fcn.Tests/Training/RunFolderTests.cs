using Fcn.Metrics;
using Fcn.Training;
using Xunit;

namespace Fcn.Tests.Training;

public sealed class RunFolderTests : IDisposable
{
    readonly string root = Path.Combine(Directory.CreateTempSubdirectory("fcn-runs-").FullName, "runs");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(root)!, recursive: true);

    [Fact]
    public void ATakenNameGetsANumber()
    {
        using RunFolder first = RunFolder.Create(root, "train", "camvid"), second = RunFolder.Create(root, "train", "camvid");
        using RunFolder third = RunFolder.Create(root, "train", "camvid"), other = RunFolder.Create(root, "val", "camvid");
        Assert.Equal(["train/camvid", "train/camvid-2", "train/camvid-3", "val/camvid"],
            new[] { first, second, third, other }.Select(f => Path.GetRelativePath(root, f.Folder).Replace('\\', '/')));
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("a\0b")]
    public void ANameThatIsNoFolderIsRefused(string name) =>
        Assert.Contains("cannot name a run", Assert.Throws<FcnException>(() => RunFolder.Create(root, "train", name)).Message);

    [Fact]
    public void AFileInTheWayIsNamed()
    {
        File.WriteAllText(root, "");
        Assert.Equal($"Cannot write '{Path.Combine(root, "train")}': '{root}' is a file, not a folder.",
            Refusal.Of(() => RunFolder.Create(root, "train", "x")));
    }

    [Fact]
    public void ANameThatIsTooLongIsToldOf()
    {
        string name = new('x', 300);
        Assert.Equal($"Cannot write '{Path.Combine(root, "train", name)}': a name in it is longer than the file system takes.",
            Refusal.Of(() => RunFolder.Create(root, "train", name)));
    }

    [Fact]
    public void OnlyAnExistingRunIsOpened()
    {
        string missing = Path.Combine(root, "train", "missing");
        Assert.Contains($"There is no run '{missing}'", Assert.Throws<FcnException>(() => RunFolder.Open(missing)).Message);
        RunFolder made = RunFolder.Create(root, "train", "x");
        made.Dispose();
        using RunFolder opened = RunFolder.Open(made.Folder);
        Assert.Equal(made.Last, opened.Last);
    }

    [Fact]
    public void WhatAnotherWritesIsNotOpened()
    {
        using RunFolder made = RunFolder.Create(root, "train", "x");
        string message = Assert.Throws<FcnException>(() => RunFolder.Open(made.Folder)).Message;
        Assert.StartsWith($"Cannot open the run '{made.Folder}': another process is at work in it.", message);
    }

    [Fact]
    public void APipeThatTakesTheLocksPlaceIsNamed()
    {
        if (OperatingSystem.IsWindows()) return;
        RunFolder made = RunFolder.Create(root, "train", "x");
        made.Dispose();
        string pipe = NamedPipe.Make(Path.Combine(made.Folder, "run.lock"));
        Assert.Equal($"'{pipe}' is a pipe, and a run's lock is a file: remove it.", Refusal.Of(() => RunFolder.Open(made.Folder)));
        Assert.True(File.Exists(pipe));
    }

    [Fact]
    public void WhoeverCreatesAtTheSameMomentGetsAFolderOfItsOwn()
    {
        const int Threads = 8;
        for (int round = 0; round < 20; round++)
        {
            using var start = new Barrier(Threads);
            var folders = new RunFolder[Threads];
            Thread[] threads = [.. Enumerable.Range(0, Threads).Select(i => new Thread(() =>
            {
                start.SignalAndWait();
                folders[i] = RunFolder.Create(root, "train", $"round {round}");
            }))];
            foreach (Thread thread in threads) thread.Start();
            foreach (Thread thread in threads) thread.Join();
            Assert.Equal(Threads, folders.Select(static f => f.Folder).Distinct().Count());
            foreach (RunFolder folder in folders) folder.Dispose();
        }
    }

    [Fact]
    public void ARunThatCameToNothingIsDiscarded()
    {
        RunFolder made = RunFolder.Create(root, "train", "x");
        made.WriteConfig("{}");
        made.MakeWeights();
        made.Discard();
        Assert.False(Directory.Exists(made.Folder));

        Directory.CreateDirectory(made.Folder);
        RunFolder.Open(made.Folder).Discard();
        Assert.True(Directory.Exists(made.Folder));
        Assert.Empty(Directory.GetFiles(made.Folder));
    }

    // The checkpoint, the next one beside it, the best weights and a mebibyte; what is there already is not needed again.
    [Fact]
    public void ARunThatDoesNotFitAtItsFullestIsAnErrorWithItsSize()
    {
        const long Checkpoint = 1L << 50, Best = Checkpoint / 2, Rest = 1 << 20;
        using RunFolder run = RunFolder.Create(root, "train", "x");
        run.MakeWeights();
        Needs(2 * Checkpoint + Best + Rest);
        File.WriteAllText(run.Last, "a checkpoint");
        Needs(Checkpoint + Best + Rest);

        void Needs(long bytes) =>
            Assert.Contains($": {bytes} bytes are needed beside what is there", Refusal.Of(() => run.ReserveWeights(Checkpoint, Best)));
    }

    [Fact]
    public void NoEmptyFolderIsLeftAroundARunThatCameToNothing()
    {
        RunFolder first = RunFolder.Create(root, "train", "x"), second = RunFolder.Create(root, "val", "x");
        first.Discard();
        Assert.Equal([Path.Combine(root, "val")], Directory.GetDirectories(root));
        second.Discard();
        Directory.CreateDirectory(root);
        RunFolder.Create(root, "train", "x").Discard();
        Assert.True(Directory.Exists(root));
        Assert.Empty(Directory.GetDirectories(root));
        Directory.Delete(root);
        RunFolder.Create(root, "train", "x").Discard();
        Assert.False(Directory.Exists(root));
    }

    [Fact]
    public void AProcessorThatIsHiddenIsNoFailure()
    {
        if (!OperatingSystem.IsLinux()) return;
        // Reading its first bytes is an error (EIO), whoever asks.
        Assert.Throws<IOException>(static () => File.ReadAllBytes("/proc/self/mem"));
        Assert.NotEmpty(RunEnvironment.Processor("/proc/self/mem"));
    }

    [Fact]
    public void FilesGoToTheirPlaces()
    {
        using RunFolder folder = RunFolder.Create(root, "val", "x");
        folder.WriteConfig("{}");
        Assert.Equal("{}\n", File.ReadAllText(Path.Combine(folder.Folder, "config.json")));
        var matrix = new ConfusionMatrix(2);
        matrix.Add([0, 1, 1, 255], [0, 1, 0, 0], 4);
        folder.WriteConfusion(matrix, ["sky", "road"]);
        Assert.Equal("truth \\ prediction,sky,road\nsky,1,0\nroad,1,1\n", File.ReadAllText(folder.Confusion));
        Assert.Equal(Path.Combine(folder.Folder, "vis", "a.png"), folder.Picture("a.png"));
        Assert.True(Directory.Exists(Path.Combine(folder.Folder, "vis")));
        using var net = new PixelNet();
        folder.WriteEnvironment(net.Engine);
        IEnumerable<string> lines = File.ReadAllLines(folder.EnvironmentFile).Select(static line => line.Split(": ")[0]);
        Assert.Equal(["system", ".NET", "processor", "device", "version"], lines);
    }
}
