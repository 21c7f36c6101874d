// Every op of Fcn.Tests/Golden/ops.safetensors, forward and all gradients, on the card in all precisions, against PyTorch's numbers.
using Fcn.Generator.Ops;
using Fcn.Generator.Schedule.Gpu;
using Fcn.Tests.Golden;
using Fcn.Tests.Ops;

namespace Fcn.GpuCheck;

static class OpsPart
{
    public static string Golden(string name) => Path.Combine(AppContext.BaseDirectory, "goldens", name);

    public static void Run(Findings findings, OpenCard card, Deadline deadline)
    {
        GoldenFile file = GoldenFile.Open(Golden("ops.safetensors"));
        foreach (string reason in GoldenCases.LeftOut(file)) Console.WriteLine(reason);
        IReadOnlyList<GoldenCase> cases = [.. GoldenCases.Of(file, ""), RepeatCase.Of("repeat")];
        var functions = new Dictionary<string, nint>();
        foreach (GpuMachine machine in GpuMachine.All)
        {
            if (machine.Capability > card.Capability)
            {
                findings.NotRun(machine.Name, $"needs sm_{machine.Capability}, this is sm_{card.Capability}");
                continue;
            }
            foreach (GoldenCase test in cases)
            {
                if (deadline.IsOver) findings.NotRun($"{test.Op.Name}, {machine.Name}", deadline.Why);
                else Compare(findings, card, test, machine, functions);
            }
        }
        findings.Fact("kernels", functions.Count);
    }

    // The tests' limits (Fcn.Tests/Ops/EmulatedOpTests).
    static double Limit(GpuMachine machine, bool rectified) => machine.Unit switch
    {
        MatrixUnit.BFloat16 => rectified ? 5e-2 : 5e-3,
        MatrixUnit.TensorFloat => 1e-3,
        MatrixUnit.SplitTensorFloat or MatrixUnit.None => 2e-6,
    };

    static void Compare(Findings findings, OpenCard card, GoldenCase test, GpuMachine machine, Dictionary<string, nint> functions)
    {
        double limit = Limit(machine, test.Op.Y.Op is Relu);
        string what = "";
        try
        {
            using var schedule = new CardSchedule(card, test.Op, machine, functions);
            foreach (string graph in test.Op.Graphs.Keys)
            {
                what = graph;
                Outcome outcome = schedule.Run(graph);
                if (test.Expected.TryGetValue(graph, out double[]? map)) Check(graph, outcome.Map, map);
                if (test.Expected.TryGetValue("loss", out double[]? loss)) Check("loss", [outcome.Loss], loss);
                if (graph == "y") continue;
                foreach (string parameter in test.Op.Parameters)
                    Check($"d{parameter}", outcome.Gradients[parameter], test.Expected[$"d{parameter}"]);
            }
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            findings.Fail($"{test.Op.Name}, {what}", machine.Name, fault.Message);
        }

        void Check(string name, double[] actual, double[] expected) =>
            findings.Check($"{test.Op.Name}, {name}", machine.Name, Distance.Of(actual, expected), limit);
    }
}
