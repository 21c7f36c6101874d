using Fcn.Devices.Cuda;
using Fcn.Tests.Devices.Cpu;
using Xunit;
using static Fcn.Tests.Devices.Cuda.CudaBench;

namespace Fcn.Tests.Devices.Cuda;

public sealed class CudaModulesTests
{
    [Fact]
    public void OnlyWhatRunsIsAssembled()
    {
        using var bench = new CudaBench();
        Assert.Empty(bench.Driver.Assembled);
        Labels(bench.Engine, Batch(1, 4, 4));
        Labels(bench.Engine, Batch(1, 5, 4));
        Assert.Equal(["score_argmax", "pack"], bench.Driver.Assembled);
        bench.Engine.Backward(Batch(1, 4, 4), new byte[16], new BackwardStep(1, 0, true));
        Assert.Equal(["score_argmax", "pack", "score_loss", "score_gradient", "loss_sum", "pack_backward"], bench.Driver.Assembled);
        // One kernel takes more dynamic shared memory than a function has unasked.
        Assert.Equal(1, bench.Driver.SharedRequests);
    }

    [Fact]
    public void ASecondStartAssemblesNothing()
    {
        using var folder = new TempFolder();
        byte[] first, second;
        using (var bench = new CudaBench(cache: folder["kernels"])) first = Labels(bench.Engine, Batch(1, 4, 4));
        Assert.Equal(2, Directory.GetFiles(folder["kernels"]).Length);
        using (var bench = new CudaBench(cache: folder["kernels"]))
        {
            second = Labels(bench.Engine, Batch(1, 4, 4));
            Assert.Empty(bench.Driver.Assembled);
        }
        Assert.Equal(first, second);
        // Another driver, another build of it, another card and another text are other keys.
        foreach (var other in new Func<CudaBench>[]
        {
            () => new CudaBench(cache: folder["kernels"], plant: static driver => driver.DriverVersion = 13_000),
            () => new CudaBench(cache: folder["kernels"], plant: static driver => driver.DriverBuild = "libcuda.so.570.86.10 72 99"),
            () => new CudaBench(cache: folder["kernels"], capability: 89),
            () => new CudaBench(cache: folder["kernels"], precision: CudaPrecision.Bf16),
        })
        {
            using var bench = other();
            Labels(bench.Engine, Batch(1, 4, 4));
            Assert.Equal(2, bench.Driver.Assembled.Count);
        }
        Assert.Equal(10, Directory.GetFiles(folder["kernels"]).Length);
    }

    // Every driver leaves a set of files; what nobody has used for longest goes, and with it what writers that were killed left behind.
    [Fact]
    public void TheCacheKeepsWhatWasUsedLast()
    {
        using var folder = new TempFolder();
        byte[] code = new byte[1000];
        new CubinCache(folder[""]).Store("measure", code);
        long file = new FileInfo(folder["measure.cubin"]).Length;
        var cache = new CubinCache(folder[""], mostBytes: 3 * file);
        File.Move(folder["measure.cubin"], folder["d.12-3.cubin"]);
        foreach (string key in new[] { "a", "b" }) cache.Store(key, code);
        // In this order, long ago.
        string[] old = ["d.12-3", "a", "b"];
        for (int i = 0; i < old.Length; i++) File.SetLastWriteTimeUtc(folder[$"{old[i]}.cubin"], DateTime.UnixEpoch.AddDays(i));
        Assert.Equal(code, cache.Find("a"));
        cache.Store("c", code);
        Assert.Equal(["a", "b", "c"], Names());
        cache.Store("e", code);
        Assert.Equal(["a", "c", "e"], Names());

        string[] Names() => [.. folder.Names.Select(static n => Path.GetFileNameWithoutExtension(n)!)];
    }

    [Fact]
    public void ADriversFileTellsItsBuild()
    {
        Assert.True(DriverFile.IsDriver("libcuda.so.570.86.10") && DriverFile.IsDriver("NVCUDA.dll"));
        Assert.False(DriverFile.IsDriver("libcudart.so.12"));
        using var folder = new TempFolder();
        File.WriteAllText(folder["libcuda.so.570.86.10"], "driver");
        string first = DriverFile.Of(folder["libcuda.so.570.86.10"]);
        Assert.StartsWith("libcuda.so.570.86.10 6 ", first);
        File.SetLastWriteTimeUtc(folder["libcuda.so.570.86.10"], DateTime.UnixEpoch);
        Assert.NotEqual(first, DriverFile.Of(folder["libcuda.so.570.86.10"]));
    }

    [Theory]
    [InlineData("cut")]
    [InlineData("flipped")]
    [InlineData("empty")]
    [InlineData("other")]
    [InlineData("refused")]
    public void ADamagedFileIsAssembledAndWrittenAnew(string damage)
    {
        using var folder = new TempFolder();
        using (var bench = new CudaBench(cache: folder["kernels"])) Labels(bench.Engine, Batch(1, 4, 4));
        string[] files = [.. Directory.GetFiles(folder["kernels"]).Order()];
        byte[][] whole = [.. files.Select(File.ReadAllBytes)];
        foreach (string file in files)
        {
            byte[] content = File.ReadAllBytes(file);
            switch (damage)
            {
                case "cut": content = content[..^1]; break;
                case "flipped": content[^9] ^= 1; break;
                case "empty": content = []; break;
                case "other": content = "something else entirely, and longer than the mark and the checksum together"u8.ToArray(); break;
            }
            File.WriteAllBytes(file, content);
            // Whole, with content that no driver takes.
            string key = Path.GetFileNameWithoutExtension(file);
            if (damage == "refused") new CubinCache(folder["kernels"]).Store(key, "no cubin"u8.ToArray());
        }
        using (var bench = new CudaBench(cache: folder["kernels"]))
        {
            Labels(bench.Engine, Batch(1, 4, 4));
            Assert.Equal(2, bench.Driver.Assembled.Count);
        }
        Assert.Equal(files, Directory.GetFiles(folder["kernels"]).Order());
        Assert.Equal(whole, files.Select(File.ReadAllBytes));
    }

    // A file where the folder should be: nothing can be written, everything runs.
    [Fact]
    public void AFolderThatCannotBeWrittenCostsOnlyTime()
    {
        using var folder = new TempFolder();
        string file = folder.Write("kernels", [1, 2, 3]);
        using var bench = new CudaBench(cache: file);
        using var cpu = OnCpu();
        Assert.Equal(Labels(cpu, Batch(1, 4, 4)), Labels(bench.Engine, Batch(1, 4, 4)));
        Assert.Equal([1, 2, 3], File.ReadAllBytes(file));
    }

    // The card takes sm_90 (PTX 8.0), sm_80 (7.0) and sm_75 (6.5); kernels of bf16 need sm_80.
    [Theory]
    [InlineData(8.0, 90, CudaPrecision.Fp32, "8.0")]
    [InlineData(7.8, 90, CudaPrecision.Fp32, "7.0")]
    [InlineData(6.5, 90, CudaPrecision.Fp32, "6.5")]
    [InlineData(8.8, 86, CudaPrecision.Bf16, "7.0")]
    [InlineData(8.8, 75, CudaPrecision.Fp32, "6.5")]
    public void TheHighestLevelThatDriverAndCardTakeIsUsed(double driver, int capability, CudaPrecision precision, string expected)
    {
        using var folder = new TempFolder();
        string cache = folder["kernels"];
        using var bench = new CudaBench(capability: capability, precision: precision, cache: cache, plant: d => d.PtxVersion = driver);
        Labels(bench.Engine, Batch(1, 4, 4));
        foreach (string file in Directory.GetFiles(cache))
            Assert.Contains($".version {expected}\n", System.Text.Encoding.UTF8.GetString(File.ReadAllBytes(file)));
    }

    [Fact]
    public void ADriverThatTakesNoLevelIsNamed()
    {
        using var bench = new CudaBench(precision: CudaPrecision.Bf16, plant: static d => (d.PtxVersion, d.DriverVersion) = (6.5, 10_020));
        string message = Refusal.Of(() => Labels(bench.Engine, Batch(1, 4, 4)));
        Assert.Contains("one for CUDA 10.2, is too old for score_argmax", message);
        Assert.Contains(".version 7.0 and targets sm_80", message);
    }

    [Fact]
    public void TheAssemblersLogIsInTheMessage()
    {
        using var bench = new CudaBench(plant: static d => d.Plant("cuLinkAddData", CudaException.InvalidPtx));
        string message = RefusalOfDriver(() => Labels(bench.Engine, Batch(1, 4, 4)));
        Assert.Contains("CUDA_ERROR_INVALID_PTX (218, a PTX JIT compilation failed)", message);
        Assert.Contains("line 7 of score_argmax", message);
        bench.Driver.Plant("cuLinkAddData", CudaException.NoJitCompiler);
        Assert.Contains("libnvidia-ptxjitcompiler.so.1", RefusalOfDriver(() => Labels(bench.Engine, Batch(1, 4, 4))));
        // Nothing is left half done.
        bench.Driver.Mend("cuLinkAddData");
        using var cpu = OnCpu();
        Assert.Equal(Labels(cpu, Batch(1, 4, 4)), Labels(bench.Engine, Batch(1, 4, 4)));
    }

    [Fact]
    public void SharedMemoryBeyondTheCardsIsAnError()
    {
        using var driver = new EmulatedDriver(new DelegateCard(LinearScoreCuda.Bodies) { SharedBytes = 50_000 });
        using var device = new CudaDevice(CudaSearch.Of(driver), 0, CudaPrecision.Fp32, new CubinCache(null));
        using var engine = device.Open(LinearScore.Summary, LinearScoreCuda.Code);
        string message = Refusal.Of(() => engine.Backward(Batch(1, 4, 4), new byte[16], new BackwardStep(1, 0, true)));
        Assert.StartsWith("Kernel score_loss takes 60000 bytes of shared memory; cuda:0 (Emulated GPU, sm_90) has 50000.", message);
    }

    [Fact]
    public void KernelsTellWhatTheDriverMadeOfThem()
    {
        using var bench = new CudaBench(plant: static d => d.LocalBytes = 16);
        var variant = LinearScoreCuda.Program.Variant(CudaPrecision.Bf16, 90)!;
        var facts = bench.Device.Load(LinearScoreCuda.Program, variant);
        var expected = variant.Kernels.Select(static k => new CudaKernelFacts(k.Name, 42, 16, 0, 16));
        Assert.Equal(expected, facts);
        int before = bench.Driver.Live;
        bench.Device.Load(LinearScoreCuda.Program, variant);
        Assert.Equal(before, bench.Driver.Live);
    }
}
