using System.Text;
using System.Text.Json;
using Fcn.Cli;
using Fcn.Cli.Output;
using Fcn.Cli.Settings;
using Fcn.Devices;
using Fcn.Devices.Cpu;
using Fcn.Devices.Cuda;
using Fcn.Devices.Schedules;
using Fcn.Tests.Devices.Cpu;
using Fcn.Tests.Devices.Cuda;
using Xunit;

namespace Fcn.Tests.Cli;

public sealed class DeviceTests
{
    private static readonly NetworkCatalog Networks = new NetworkCatalog()
        .Add("linear", LinearScore.Summary, static () => LinearScoreCuda.Code, static device => new Opened(device, LinearScoreCuda.Code))
        .Add(
            "cpu-only", LinearScore.Summary with { Name = "CpuOnly" }, static () => LinearScore.Code,
            static device => new Opened(device, LinearScore.Code))
        .Add("no-training", LinearScore.Summary, static () => Without("Training"), Unopened)
        .Add("no-inference", LinearScore.Summary, static () => Without("Segment", "Scores"), Unopened)
        .Add("no-cpu", LinearScore.Summary, static () => LinearScoreCuda.Code with { Cpu = null }, Unopened);

    [Fact]
    public void AutoTakesTheGpuThatIsThereAndSaysWhyNot()
    {
        var there = new CudaFinding(1, "cuda:1 (NVIDIA H200, sm_90)");
        var none = new CudaFinding(null, "the NVIDIA driver sees no GPU");
        Assert.Equal((1, "it is the first GPU that networks can run on"), DeviceChoice.Decide(LinearScoreCuda.Code, "linear", () => there));
        Assert.Equal((null, "the NVIDIA driver sees no GPU"), DeviceChoice.Decide(LinearScoreCuda.Code, "linear", () => none));
        // Nobody looks for a GPU that could not be used.
        Assert.Equal((null, "linear was built without CUDA kernels"), DeviceChoice.Decide(LinearScore.Code, "linear", Throw));

        static CudaFinding Throw() => throw new InvalidOperationException();
    }

    // GPUs are a target for ILGPU's sake: there are schedules, and nothing that NVIDIA's driver takes.
    [Fact]
    public void KernelsForIlgpuAloneAreNoneForNvidia()
    {
        var ilgpu = LinearScoreCuda.Code with { Cuda = LinearScoreCuda.Program with { Targets = [] } };
        Assert.Equal((null, "linear was built without CUDA kernels"), DeviceChoice.Decide(ilgpu, "linear", static () => new(1, "cuda:1")));
    }

    [Fact]
    public void TheDeviceAndItsReasonArePrinted()
    {
        ToolResult auto = Run("benchmark", "cpu-only", "--size", "8x8", "--repeats", "1", "--threads", "1", "--simd", "portable");
        Assert.StartsWith("Device: cpu (128-bit vectors, 1 thread), because cpu-only was built without CUDA kernels.\n", auto.Output);
        ToolResult cpu = Run(
            "benchmark", "linear", "--size", "8x8", "--repeats", "1", "--device", "cpu", "--threads", "1", "--simd", "portable");
        Assert.DoesNotContain("because", cpu.Output);
        Assert.Contains("8x8, cpu (128-bit vectors, 1 thread), 1 runs", cpu.Output);
    }

    [Theory]
    [InlineData("gpu")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    [InlineData("CPU")]
    public void OtherDevicesAreRefused(string text)
    {
        ToolResult result = Run("benchmark", "linear", "--device", text);
        Assert.Equal(2, result.Code);
        Assert.Contains($"--device {text}: expected auto, cpu, cuda[:n] or ilgpu[:cuda|opencl|cpu].", result.Error);
    }

    [Fact]
    public void AProgramAddsKindsOfDevices()
    {
        var requests = new List<DeviceRequest>();
        var devices = new DeviceCatalog([new DeviceKind("echo", ["near", "n"], Open)]);
        Assert.Equal("auto, cpu, cuda[:n], ilgpu[:cuda|opencl|cpu], echo[:near|n]", devices.Forms);
        foreach (string text in new[] { "echo", "echo:near", "echo:12" }) Assert.Equal(0, Benchmark(text, "--precision", "bf16").Code);
        Assert.Equal(["", "near", "12"], requests.Select(static r => r.Choice));
        Assert.All(requests, static r => Assert.Equal((CudaPrecision.Bf16, 3), (r.Precision, r.Threads)));
        Assert.Contains("8x8, cpu (", Benchmark("echo").Output);
        foreach (string text in new[] { "echo:far", "echo:", "echo:-1", "echos" })
            Assert.Contains($"--device {text}: expected auto, cpu, cuda[:n], ilgpu[:cuda|opencl|cpu] or echo[:near|n].", Benchmark(text).Error);
        string help = Run(devices, "benchmark", "--help").Output.ReplaceLineEndings(" ");
        Assert.Contains("auto, cpu, cuda[:n], ilgpu[:cuda|opencl|cpu], echo[:near|n] (auto)", help);
        Assert.Throws<ArgumentException>(() => new DeviceCatalog([new DeviceKind("cpu", [], Open)]));

        ToolResult Benchmark(string text, params string[] more) =>
            Run(devices, ["benchmark", "linear", "--size", "8x8", "--repeats", "1", "--threads", "3", "--device", text, .. more]);

        Fcn.Devices.Device Open(DeviceRequest request)
        {
            requests.Add(request);
            return new CpuDevice(1);
        }
    }

    // On the error stream, so that what is piped on stays as it is.
    [Fact]
    public void WhatADeviceAdvisesIsSaidOnce()
    {
        using var inner = new CpuDevice(1);
        var devices = new DeviceCatalog([new DeviceKind("narrow", [], _ => new AdvisingDevice(inner))]);
        ToolResult result = Run(devices, "benchmark", "linear", "--size", "8x8", "--repeats", "1", "--device", "narrow");
        Assert.Equal((0, "Wider vectors are there.\n"), (result.Code, result.Error));
    }

    sealed class AdvisingDevice(Fcn.Devices.Device inner) : Fcn.Devices.Device
    {
        public override string Name => inner.Name;

        public override string? Advice => "Wider vectors are there.";

        public override Engine Open(NetworkSummary network, NetworkCode code) => inner.Open(network, code);
    }

    [Fact]
    public void IlgpuIsADevice()
    {
        Assert.EndsWith(
            "--device ilgpu:metal: expected auto, cpu, cuda[:n] or ilgpu[:cuda|opencl|cpu].\nSee fcn benchmark --help.\n",
            Run("benchmark", "linear", "--device", "ilgpu:metal").Error);
        // Written by hand, without kernels for it.
        Assert.StartsWith(
            "error: LinearScore was built without ILGPU kernels. Reference the package ILGPU in the project that declares it",
            Run("benchmark", "linear", "--size", "8x8", "--device", "ilgpu:cpu").Error);
        Assert.StartsWith(
            "error: ilgpu:cpu (simulated, 256 threads) cannot compute in bf16",
            Run("benchmark", "linear", "--size", "8x8", "--device", "ilgpu:cpu", "--precision", "bf16").Error);
    }

    [Fact]
    public void ThePrecisionIsTheGpus()
    {
        Assert.Contains(
            "--precision bf16 is for GPUs: the CPU computes in fp32.",
            Run("benchmark", "linear", "--device", "cpu", "--precision", "bf16").Error);
        Assert.Contains("--precision fp8: expected fp32 or tf32 or bf16.", Run("benchmark", "linear", "--precision", "fp8").Error);
    }

    [Fact]
    public void ConfigurationsKeepDeviceAndPrecision()
    {
        using var folder = new TempFolder();
        string file = folder.Write("config.json", "{ \"device\": \"cuda:2\", \"precision\": \"tf32\" }"u8.ToArray());
        TrainConfig read = ConfigFile.Load(file, ConfigJson.Default.TrainConfig);
        Assert.Equal(("cuda:2", CudaPrecision.Tf32), (read.Device, read.Precision));
        Assert.Contains("\"device\": \"cuda:2\"", ConfigFile.Text(read, ConfigJson.Default.TrainConfig));
        // Those of older runs have neither.
        folder.Write("config.json", "{}"u8.ToArray());
        read = ConfigFile.Load(file, ConfigJson.Default.TrainConfig);
        Assert.Equal(("auto", null), (read.Device, read.Precision));
    }

    [Fact]
    public void KernelsAreListed()
    {
        using JsonDocument json = JsonDocument.Parse(Run("info", "linear", "--kernels", "--json").Output);
        JsonElement[] kernels = [.. json.RootElement.GetProperty("kernels").EnumerateArray()];
        Assert.Equal(24, kernels.Length);
        JsonElement loss = kernels.Last(static k => k.GetProperty("name").GetString() == "score_loss");
        Assert.Equal("bf16", loss.GetProperty("precision").GetString());
        Assert.Equal((80, 128, 60_000), (Number("level"), Number("threads"), Number("sharedBytes")));
        string table = Run("info", "linear", "--kernels", "--precision", "tf32").Output;
        Assert.StartsWith("linear: 8 kernels for GPUs", table);
        if (CudaDevice.Find().Ordinal is null) Assert.Contains($"are not known, because {CudaDevice.Find().Words}.", table);
        Assert.Contains("cpu-only was built without CUDA kernels", Run("info", "cpu-only", "--kernels").Error);

        int Number(string name) => loss.GetProperty(name).GetInt32();
    }

    // At 20x10: score.slopes 4000 bytes, losses 80, image 2400, labels 200, each up to a multiple of 256; two times 80 of packed weights.
    [Fact]
    public void MemoryOfAGpuIsPlanned()
    {
        using JsonDocument json = JsonDocument.Parse(Run("info", "linear", "--size", "20x10", "--json").Output);
        const int Parameters = 20 * sizeof(float);
        Assert.Equal(Parameters + 256 + 2560 + 256, json.RootElement.GetProperty("gpuSegmentBytes").GetInt32());
        Assert.Equal(3 * Parameters + 2 * 256 + 4096 + 256 + 2560 + 256, json.RootElement.GetProperty("gpuTrainBytes").GetInt32());
        Assert.Contains("on a GPU in fp32:", Run("info", "linear", "--size", "20x10").Output);
        using JsonDocument none = JsonDocument.Parse(Run("info", "cpu-only", "--size", "20x10", "--json").Output);
        Assert.Equal(JsonValueKind.Null, none.RootElement.GetProperty("gpuTrainBytes").ValueKind);
    }

    [Theory]
    [InlineData("no-training", "segment: 0.0 MB", "train:   –", "0.0 MB to segment, – to train", "[\"cpu\", \"cuda\"]")]
    [InlineData("no-inference", "segment: –", "train:   0.0 MB", "– to segment, 0.0 MB to train", "[\"cpu\", \"cuda\"]")]
    [InlineData("no-cpu", "segment: –", "train:   –", "0.0 MB to segment, 0.0 MB to train", "[\"cuda\"]")]
    public void InfoShowsWhatThereIs(string network, string segment, string train, string gpu, string devices)
    {
        string text = Run("info", network, "--size", "20x10").Output;
        foreach (string line in new[] { $"memory to {segment}", $"memory to {train}", $"on a GPU in fp32:  {gpu}" }) Assert.Contains(line, text);
        ToolResult json = Run("info", network, "--size", "20x10", "--json");
        Assert.Equal(0, json.Code);
        Assert.Contains($"\"devices\": {devices}", json.Output);
        using JsonDocument parsed = JsonDocument.Parse(json.Output);
        Assert.Equal(segment.EndsWith('–'), Lacks("segmentBytes"));
        Assert.Equal(train.EndsWith('–'), Lacks("trainBytes"));

        bool Lacks(string name) => parsed.RootElement.GetProperty(name).ValueKind == JsonValueKind.Null;
    }

    [Fact]
    public void TheTextOfAKernelIsPrinted()
    {
        string text = Run("info", "linear", "--ptx", "score", "--precision", "bf16").Output;
        Assert.StartsWith(".version 7.0\n.target sm_80\n.address_size 64\n// Bf16\n.visible .entry score(.param .u64 a0, ", text);
        Assert.EndsWith("    ret;\n}\n", text);
        Assert.Contains(
            "linear has no kernel 'scoer'. Did you mean score? fcn info linear --kernels lists all 8.",
            Run("info", "linear", "--ptx", "scoer").Error);
    }

    private static ToolResult Run(params string[] args) => Run(new DeviceCatalog([]), args);

    private static ToolResult Run(DeviceCatalog devices, params string[] args)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        int code = FcnTool.Run(args, Networks, devices, new Terminal(output, error) { PlainInterval = TimeSpan.Zero });
        return new ToolResult(code, output.ToString(), error.ToString());
    }

    // As if these modes had not been compiled: under names that nobody asks for.
    private static NetworkCode Without(params string[] modes)
    {
        var (cpu, cuda) = (LinearScoreCuda.Code.Cpu!, LinearScoreCuda.Program);
        return new NetworkCode(new CpuProgram(cpu.Parameters, cpu.Kernels, Left(cpu.Schedules)), cuda with
        {
            Variants = [.. cuda.Variants.Select(v => new CudaVariant(v.Precision, v.Capability, v.Kernels, Left(v.Schedules)))],
        });

        ScheduleText Left(ScheduleText text)
        {
            string left = Encoding.UTF8.GetString(text());
            foreach (string mode in modes) left = left.Replace($"mode {mode} ", $"mode Not{mode} ");
            byte[] bytes = Encoding.UTF8.GetBytes(left);
            return () => bytes;
        }
    }

    private static Network Unopened(Fcn.Devices.Device device) => throw new InvalidOperationException("Nobody runs it.");

    private sealed class Opened(Fcn.Devices.Device device, NetworkCode code)
        : Network(LinearScore.Summary, device.Open(LinearScore.Summary, code));
}
