using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Fcn.Devices.Cuda;
using Fcn.Tests.Devices.Cpu;
using Xunit;
using Xunit.Abstractions;
using static Fcn.Tests.Devices.Cuda.CudaBench;

namespace Fcn.Tests.Devices.Cuda;

// The runtime's calls into a driver library, against one written in C (driver.c): parameters arrive in their places, what may be missing
// may be missing, what is taken is given back.
public sealed unsafe class NativeDriverTests(ITestOutputHelper output) : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("-DWITHOUT_GRAPHS")]
    public void TheWholeEngineRunsOverALibrary(string option)
    {
        if (Compile(option) is not { } path) return;
        var library = new Library(path);
        var search = NativeDriver.Search(["libnothing.so.1", path]);
        Assert.Equal("", search.Why);
        Assert.Equal(new CudaFinding(0, "cuda:0 (Stub GPU, sm_86)"), CudaFinding.Of(search));
        using var cpu = OnCpu();
        using (var device = new CudaDevice(search, 0, CudaPrecision.Tf32, new CubinCache(_folder["kernels"])) { Poison = true })
        using (var engine = device.Open(LinearScore.Summary, LinearScoreCuda.Code))
        {
            Assert.Equal("cuda:0 (Stub GPU, sm_86, tf32)", engine.Device);
            engine.Write(ParameterStore.Values, 0, Weight);
            engine.Write(ParameterStore.Values, 1, Bias);
            foreach (var input in new[] { Batch(1, 5, 4), Batch(1, 400, 400) })
            {
                for (int i = 0; i < 4; i++)
                {
                    var step = new BackwardStep(0.1f, 7, First: true);
                    Assert.Equal(cpu.Backward(input, Truth(input), step), engine.Backward(input, Truth(input), step));
                    cpu.Update(new SolverStep(0.01f, 0.9f, 0.001f, 1));
                    engine.Update(new SolverStep(0.01f, 0.9f, 0.001f, 1));
                    Assert.Equal(Labels(cpu, input), Labels(engine, input));
                    Assert.Equal(Scores(cpu, input), Scores(engine, input));
                    device.TimesKernels = i == 3;
                }
            }
            Assert.Equal(Read(cpu, ParameterStore.Values, 0), Read(engine, ParameterStore.Values, 0));
            Assert.True(device.KernelTime > TimeSpan.Zero);
            Assert.Equal(option.Length == 0, library.GraphLaunches() > 0);
            var facts = device.Load(LinearScoreCuda.Program, LinearScoreCuda.Program.Variant(CudaPrecision.Tf32, 86)!);
            Assert.All(facts, static f => Assert.Equal((42, 0, 12), (f.Registers, f.LocalBytes, f.BlocksPerProcessor)));
            string message = Refusal.Of(() => Labels(engine, Batch(10, 400, 400)));
            Assert.Contains("; 12582912 bytes (0.01 GB) of 16777216 bytes (0.02 GB) are free.", message);
            Assert.EndsWith("The largest batch of this size that fits has 6 images.", message);
        }
        Assert.Equal(0, library.Live());
    }

    [Fact]
    public void TheLogComesAcross()
    {
        if (Compile("") is not { } path) return;
        var library = new Library(path);
        using (var device = new CudaDevice(NativeDriver.Search([path]), 0, CudaPrecision.Fp32, new CubinCache(null)))
        using (var engine = device.Open(LinearScore.Summary, LinearScoreCuda.Code))
        {
            library.RefuseText(1);
            Assert.Equal(
                "The NVIDIA driver refused cuLinkAddData of score_argmax: CUDA_ERROR_INVALID_PTX (218, a PTX JIT compilation failed).\n" +
                "ptxas error in score_argmax",
                RefusalOfDriver(() => Labels(engine, Batch(1, 4, 4))));
            library.RefuseText(0);
            Labels(engine, Batch(1, 4, 4));
        }
        Assert.Equal(0, library.Live());
    }

    private string? Compile(string option, [CallerFilePath] string here = "")
    {
        string path = _folder["libstub.so"];
        string[] arguments = ["-O1", "-shared", "-fPIC", "-o", path, Path.Combine(Path.GetDirectoryName(here)!, "driver.c")];
        if (!OperatingSystem.IsLinux() || !File.Exists("/usr/bin/cc"))
        {
            output.WriteLine("Not run: there is no C compiler here (/usr/bin/cc).");
            return null;
        }
        using var compiler = Process.Start("/usr/bin/cc", option.Length == 0 ? arguments : [option, .. arguments]);
        compiler.WaitForExit();
        Assert.Equal(0, compiler.ExitCode);
        return path;
    }

    // The library's own switches, and the way back for its kernels.
    private sealed class Library
    {
        private readonly nint _handle;

        public Library(string path)
        {
            _handle = NativeLibrary.Load(path);
            ((delegate* unmanaged<delegate* unmanaged<byte*, uint, uint, uint, ulong*, void>, void>)Export("stub_kernel"))(&Run);
        }

        public long Live() => ((delegate* unmanaged<long>)Export("stub_live"))();

        public long GraphLaunches() => ((delegate* unmanaged<long>)Export("stub_graph_launches"))();

        public void RefuseText(int refuse) => ((delegate* unmanaged<int, void>)Export("stub_refuse_text"))(refuse);

        private nint Export(string name) => NativeLibrary.GetExport(_handle, name);

        [UnmanagedCallersOnly]
        private static void Run(byte* name, uint blocks, uint threads, uint shared, ulong* arguments)
        {
            var body = LinearScoreCuda.Bodies[Marshal.PtrToStringUTF8((nint)name)!];
            for (uint block = 0; block < blocks; block++) body(block, new ReadOnlySpan<ulong>(arguments, 32));
        }
    }
}
