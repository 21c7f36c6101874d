using Fcn.Generator.Ops;
using Fcn.Generator.Schedule.Gpu;
using Fcn.Tests.Golden;
using Xunit;
using Xunit.Abstractions;

namespace Fcn.Tests.Ops;

// Every op, forward and all gradients, as a target's code on every GPU machine, against PyTorch.
public abstract class EmulatedOpTests
{
    private readonly ITestOutputHelper _output;
    private readonly IKernelTarget _target;

    private protected EmulatedOpTests(ITestOutputHelper output, IKernelTarget target) => (_output, _target) = (output, target);

    private static readonly IReadOnlyList<GoldenCase> Own = GoldenCases.Of(GoldenFile.Own("ops.safetensors"), "own_");

    [Theory]
    [InlineData("plain")]
    [InlineData("fp32")]
    [InlineData("tf32")]
    [InlineData("bf16")]
    public void Own_set(string name) => Check(Own, GpuMachine.All.Single(m => m.Name == name));

    [Fact]
    public void Shared_set()
    {
        if (GoldenFile.Shared("ops.safetensors") is { } file) Check(GoldenCases.Of(file, "shared_"), GpuMachine.Fp32);
        else _output.WriteLine("Not run: ../shared/golden is absent; the repository's own set stands for it.");
    }

    // Relative errors (Frobenius). A factor is rounded to 11 bits (TF32) or 8 bits (bfloat16): by up to 2^-12 or 2^-9 of it, two factors per product. A
    // rectified value near 0 may be rounded across it, and the gradient is all or nothing there.
    private static double Tolerance(GpuMachine machine, bool rectified) => machine.Unit switch
    {
        MatrixUnit.BFloat16 => rectified ? 5e-2 : 5e-3,
        MatrixUnit.TensorFloat => 1e-3,
        _ => 2e-6,
    };

    private void Check(IReadOnlyList<GoldenCase> cases, GpuMachine machine)
    {
        var failures = new List<string>();
        double worst = 0;
        // All are announced before the first is launched.
        foreach (var (test, schedule) in cases.Select(test => (test, new EmulatedSchedule(test.Op, machine, _target))).ToList())
        {
            using var packed = schedule.Packed();
            foreach (string graph in test.Op.Graphs.Keys) Compare(test, graph, packed);
        }
        _output.WriteLine(FormattableString.Invariant($"{machine.Name}: worst relative error {worst:g3}"));
        Assert.True(failures.Count == 0, string.Join("\n", failures));

        void Compare(GoldenCase test, string graph, EmulatedSchedule schedule)
        {
            try
            {
                var outcome = schedule.Run(graph);
                if (test.Expected.TryGetValue(graph, out var map)) Distance(outcome.Map, map, graph);
                if (test.Expected.TryGetValue("loss", out var loss)) Distance([outcome.Loss], loss, "loss");
                if (graph == "y") return;
                foreach (string parameter in test.Op.Parameters)
                    Distance(outcome.Gradients[parameter], test.Expected[$"d{parameter}"], $"d{parameter}");
            }
            catch (Exception fault) when (fault is not Xunit.Sdk.XunitException)
            {
                failures.Add($"{test.Op.Name}, {graph}, {machine.Name}: {fault.Message}");
            }

            void Distance(double[] actual, double[] expected, string what)
            {
                double distance = Close.Distance(actual, expected);
                worst = Math.Max(worst, distance);
                if (!(distance <= Tolerance(machine, test.Op.Y.Op is Relu)))
                    failures.Add(FormattableString.Invariant($"{test.Op.Name}, {what}, {machine.Name}: relative error {distance:g3}"));
            }
        }
    }
}

public sealed class PtxOpTests(ITestOutputHelper output) : EmulatedOpTests(output, EmulatedPtx.Target);

public sealed class IlgpuOpTests(ITestOutputHelper output) : EmulatedOpTests(output, Compiled)
{
    // Kept from test to test: machines share kernels.
    private static readonly EmulatedIlgpu Compiled = new();
}
