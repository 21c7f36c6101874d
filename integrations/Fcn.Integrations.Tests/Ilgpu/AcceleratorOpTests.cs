// Every op of the golden file, forward and all gradients, by ILGPU itself, against PyTorch. Its simulated device has no matrix units: kernels for those are
// compiled to PTX (IlgpuPtxTests) and executed by the stand-in of Fcn.Tests.
using Fcn.Generator.Schedule.Gpu;
using Fcn.Tests.Golden;
using Fcn.Tests.Ops;
using Xunit;
using Xunit.Abstractions;

namespace Fcn.Integrations.Tests.Ilgpu;

[Collection(nameof(SimulatedDevice))]
public sealed class AcceleratorOpTests(SimulatedDevice simulated, ITestOutputHelper output)
{
    private const double Tolerance = 2e-6;

    [Fact]
    public void OpsAreAsPyTorchHasThem()
    {
        var target = new AcceleratorTarget(simulated.Driver);
        var cases = GoldenCases.Of(GoldenFile.Own("ops.safetensors"), "own_");
        var schedules = cases.Select(c => new EmulatedSchedule(c.Op, GpuMachine.Plain, target)).ToList();
        var failures = new List<string>();
        double worst = 0;
        foreach (var (test, schedule) in cases.Zip(schedules))
        {
            schedule.Packed();
            foreach (string graph in test.Op.Graphs.Keys)
            {
                var outcome = schedule.Run(graph);
                if (test.Expected.TryGetValue(graph, out var map)) Distance(outcome.Map, map, $"{test.Op.Name}, {graph}");
                if (test.Expected.TryGetValue("loss", out var loss)) Distance([outcome.Loss], loss, $"{test.Op.Name}, loss");
                if (graph == "y") continue;
                foreach (string parameter in test.Op.Parameters)
                    Distance(outcome.Gradients[parameter], test.Expected[$"d{parameter}"], $"{test.Op.Name}, d{parameter}");
            }
            schedule.Dispose();
        }
        output.WriteLine(FormattableString.Invariant($"{cases.Count} cases, worst relative error {worst:g3}"));
        Assert.True(failures.Count == 0, string.Join("\n", failures));

        void Distance(double[] actual, double[] expected, string what)
        {
            double distance = Close.Distance(actual, expected);
            worst = Math.Max(worst, distance);
            if (!(distance <= Tolerance)) failures.Add(FormattableString.Invariant($"{what}: relative error {distance:g3}"));
        }
    }
}
