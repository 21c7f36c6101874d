using Fcn.Devices.Cpu;
using Fcn.Devices.Cuda;
using Fcn.Devices.Gpu;
using Fcn.Tests.Devices.Cpu;
using Xunit;

namespace Fcn.Tests.Devices.Cuda;

/// <summary>LinearScore on an emulated GPU, and what tests feed it with.</summary>
internal sealed class CudaBench : IDisposable
{
    public static readonly float[] Weight = Numbers(LinearScore.Classes * LinearScore.Channels, 1);
    public static readonly float[] Bias = Numbers(LinearScore.Classes, 2);

    public CudaBench(
        int? seed = null, long memoryBytes = 1L << 30, int capability = 90, CudaPrecision precision = CudaPrecision.Fp32,
        string? cache = null, Action<EmulatedDriver>? plant = null, bool apart = false)
    {
        Driver = new EmulatedDriver(
            new DelegateCard(LinearScoreCuda.Bodies) { MemoryBytes = memoryBytes, Capability = capability }, seed);
        plant?.Invoke(Driver);
        Device = new CudaDevice(CudaSearch.Of(Driver), 0, precision, new CubinCache(cache)) { Poison = true, Apart = apart };
        Engine = (GpuEngine)Device.Open(LinearScore.Summary, LinearScoreCuda.Code);
        SetWeights(Engine);
    }

    public EmulatedDriver Driver { get; }

    public CudaDevice Device { get; }

    public GpuEngine Engine { get; }

    /// A CPU with the same weights.
    public static Engine OnCpu()
    {
        var engine = new CpuDevice(1).Open(LinearScore.Summary, LinearScore.Code);
        SetWeights(engine);
        return engine;
    }

    /// The message with which the driver refuses something; fails where it does not.
    public static string RefusalOfDriver(Action act) => Assert.Throws<CudaException>(act).Message;

    public static float[] Numbers(int count, int seed)
    {
        var random = new Random(seed);
        return Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() * 2 - 1)).ToArray();
    }

    public static InputBatch Batch(int images, int height, int width, int seed = 5) =>
        new(images, height, width, LinearScore.Channels, Numbers(images * height * width * LinearScore.Channels, seed));

    public static byte[] Truth(InputBatch input)
    {
        var random = new Random(9);
        int pixels = input.Images * input.Height * input.Width;
        return Enumerable.Range(0, pixels).Select(i => (byte)(i % 7 == 0 ? 255 : random.Next(LinearScore.Classes))).ToArray();
    }

    public static byte[] Labels(Engine engine, InputBatch input)
    {
        var labels = new byte[input.Images * input.Height * input.Width];
        engine.Segment(input, labels);
        return labels;
    }

    public static float[] Scores(Engine engine, InputBatch input)
    {
        var scores = new float[input.Images * input.Height * input.Width * LinearScore.Classes];
        engine.Scores(input, scores);
        return scores;
    }

    public static float[] Read(Engine engine, ParameterStore store, int parameter)
    {
        var values = new float[Tensor.Count(LinearScore.Summary.Parameters[parameter].Shape)];
        engine.Read(store, parameter, values);
        return values;
    }

    public void Dispose()
    {
        Engine.Dispose();
        Device.Dispose();
        Driver.Dispose();
    }

    private static void SetWeights(Engine engine)
    {
        engine.Write(ParameterStore.Values, 0, Weight);
        engine.Write(ParameterStore.Values, 1, Bias);
    }
}
