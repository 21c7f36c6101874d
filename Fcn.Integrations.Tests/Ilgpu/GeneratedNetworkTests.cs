// A network through the whole of it: declaration, generator, ILGPU's compiler, a device of it, beside the same network on the CPU.
using Fcn.Devices;
using Fcn.Devices.Cpu;
using Fcn.Devices.Ilgpu;
using Xunit;
using Xunit.Abstractions;

namespace Fcn.Integrations.Tests.Ilgpu;

[Collection(nameof(SimulatedDevice))]
public sealed class GeneratedNetworkTests(SimulatedDevice simulated, ITestOutputHelper output)
{
    private const int Height = 9, Width = 7;

    [Fact]
    public void OnTheSimulatedDevice() => SegmentsAndTrainsAsTheCpu(simulated.Device, images: 1, steps: 1);

    [WholeRunFact("Two steps of two images take 15 s; OnTheSimulatedDevice takes one of one")]
    public void OnTheSimulatedDeviceTwice() => SegmentsAndTrainsAsTheCpu(simulated.Device, images: 2, steps: 2);

    [Theory]
    [InlineData(IlgpuBackend.OpenCl)]
    [InlineData(IlgpuBackend.Cuda)]
    public void OnDevicesThatAreThere(IlgpuBackend backend)
    {
        IlgpuDevice device;
        try
        {
            device = new IlgpuDevice(backend);
        }
        catch (FcnException none)
        {
            output.WriteLine($"Not run: {none.Message}");
            return;
        }
        using (device) SegmentsAndTrainsAsTheCpu(device, images: 2, steps: 2);
    }

    private void SegmentsAndTrainsAsTheCpu(IlgpuDevice device, int images, int steps)
    {
        using var cpu = new CpuDevice(1);
        using var expected = new Crossing(cpu);
        using var actual = new Crossing(device);
        expected.Initialize(seed: 3);
        foreach (var (network, random) in new[] { (expected, new Random(5)), (actual, new Random(5)) }) Fill(network, random);
        var pixels = new Random(7);
        var batch = new InputBatch(images, Height, Width, 3, [.. Enumerable.Range(0, images * Height * Width * 3).Select(_ => (float)(pixels.NextDouble() * 2 - 1))]);
        byte[] truth = [.. Enumerable.Range(0, images * Height * Width).Select(i => i % 7 == 0 ? (byte)255 : (byte)pixels.Next(5))];

        for (int step = 0; step < steps; step++)
        {
            Near(1e-5, Scores(expected, batch), Scores(actual, batch), $"scores before step {step}");
            Assert.Equal(Labels(expected, batch), Labels(actual, batch));
            var backward = new BackwardStep(1f / truth.Count(static l => l != 255), (ulong)step, true);
            Assert.Equal(expected.Engine.Backward(batch, truth, backward), actual.Engine.Backward(batch, truth, backward), 1e-3);
            for (int p = 0; p < expected.Description.Parameters.Count; p++)
                Near(1e-4, Read(expected, ParameterStore.Gradients, p), Read(actual, ParameterStore.Gradients, p), expected.Description.Parameters[p].Name);
            foreach (var network in new[] { expected, actual }) network.Engine.Update(new SolverStep(0.05f, 0.9f, 0.0005f, 1));
        }
        for (int p = 0; p < expected.Description.Parameters.Count; p++)
            Near(1e-5, Read(expected, ParameterStore.Values, p), Read(actual, ParameterStore.Values, p), expected.Description.Parameters[p].Name);
    }

    // He's deviation for weights; biases and score layers start at zero, which would hide faults.
    private static void Fill(Network network, Random random)
    {
        foreach (var parameter in network.Description.Parameters)
        {
            int inputs = parameter.Shape.Skip(1).Aggregate(1, static (all, n) => all * n);
            float[] values = [.. Enumerable.Range(0, (int)Tensor.Count(parameter.Shape)).Select(_ => (float)((random.NextDouble() * 2 - 1) * Math.Sqrt(6.0 / Math.Max(6, inputs))))];
            network.SetParameter(parameter.Name, new Tensor(parameter.Shape, values));
        }
    }

    private static float[] Scores(Network network, InputBatch batch)
    {
        var scores = new float[batch.Images * Height * Width * 5];
        network.Engine.Scores(batch, scores);
        return scores;
    }

    private static byte[] Labels(Network network, InputBatch batch)
    {
        var labels = new byte[batch.Images * Height * Width];
        network.Engine.Segment(batch, labels);
        return labels;
    }

    private static float[] Read(Network network, ParameterStore store, int parameter)
    {
        var values = new float[Tensor.Count(network.Description.Parameters[parameter].Shape)];
        network.Engine.Read(store, parameter, values);
        return values;
    }

    // Relative, in Frobenius' norm.
    private void Near(double tolerance, float[] expected, float[] actual, string what)
    {
        double apart = Math.Sqrt(expected.Zip(actual, static (a, b) => ((double)a - b) * ((double)a - b)).Sum()), size = Math.Sqrt(expected.Sum(static a => (double)a * a));
        output.WriteLine(FormattableString.Invariant($"{what}: {apart / Math.Max(size, 1e-30):g3}"));
        Assert.True(size > 0, $"{what}: all zeros");
        Assert.True(apart <= tolerance * size, FormattableString.Invariant($"{what}: relative error {apart / size:g3}, above {tolerance:g3}"));
    }
}
