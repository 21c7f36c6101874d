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

    // Of every kind of op the case with most to go wrong: strides, borders, groups, labels to ignore.
    private static readonly string[] Chosen =
    [
        "own_conv_3x3_groups2", "own_conv_3x3_relu", "own_conv_3x3_s2", "own_deconv_4x4_s2_p1", "own_maxpool_3x3_s2", "own_softmax_loss_sum",
        "own_upsample_4_s2", "own_upsample_loss_16_s8",
    ];

    [Fact]
    public void ChosenOpsAreAsPyTorchHasThem()
    {
        var cases = All().Where(static c => Chosen.Contains(c.Op.Name)).ToList();
        Assert.Equal(Chosen.Length, cases.Count);
        Compare(cases);
    }

    [WholeRunFact("The other ops take 15 s; ChosenOpsAreAsPyTorchHasThem has one of each kind")]
    public void OtherOpsAreAsPyTorchHasThem() => Compare([.. All().Where(static c => !Chosen.Contains(c.Op.Name))]);

    private static IReadOnlyList<GoldenCase> All() => GoldenCases.Of(GoldenFile.Own("ops.safetensors"), "own_");

    private void Compare(IReadOnlyList<GoldenCase> cases)
    {
        var target = new AcceleratorTarget(simulated.Driver);
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
