using Fcn.Devices.Cpu;
using Fcn.Generator.Schedule;
using Fcn.Tests.Golden;
using Xunit;
using Xunit.Abstractions;

namespace Fcn.Tests.Ops;

// Every op, forward and all gradients, against PyTorch: by the interpreter (the definition in double precision, and the register tiles of
// every machine with every access checked), and compiled at every level of vectors that this machine has.
public sealed class GoldenOpTests(ITestOutputHelper output)
{
    private const double Tolerance = 1e-4;

    private static readonly GoldenFile OwnFile = GoldenFile.Own("ops.safetensors");
    private static readonly GoldenFile? SharedFile = GoldenFile.Shared("ops.safetensors");
    private static readonly IReadOnlyList<GoldenCase> Own = [.. GoldenCases.Of(OwnFile, "own_"), RepeatCase.Of("own_repeat")];
    private static readonly IReadOnlyList<GoldenCase> Shared = SharedFile is null ? [] : GoldenCases.Of(SharedFile, "shared_");

    // Both sets in one assembly: they share most tiles.
    private static readonly Lazy<CompiledOps> Compiled = new(() => new(Own.Concat(Shared).Select(c => c.Op)));

    [Fact]
    public void Own_set_interpreted() => Interpret(Own, [InterpretedSchedule.Scalar, .. Machine.Cpus]);

    [Fact]
    public void Own_set_compiled() => Compile(Own);

    [Fact]
    public void Shared_set_interpreted() => Interpret(TellOfShared(), [InterpretedSchedule.Scalar]);

    [Fact]
    public void Shared_set_compiled() => Compile(TellOfShared());

    private IReadOnlyList<GoldenCase> TellOfShared()
    {
        if (SharedFile is null) output.WriteLine("Not run: ../shared/golden is absent; the repository's own set stands for it.");
        else foreach (string reason in GoldenCases.LeftOut(SharedFile)) output.WriteLine(reason);
        return Shared;
    }

    private static void Interpret(IReadOnlyList<GoldenCase> cases, IReadOnlyList<Machine> machines) => Each(cases, (test, failures) =>
    {
        foreach (var machine in machines)
            foreach (string graph in test.Op.Graphs.Keys)
                Compare(test, graph, machine.Name, () => new InterpretedSchedule(test.Op, graph, machine).Run(), failures);
    });

    private void Compile(IReadOnlyList<GoldenCase> cases)
    {
        using var pool = new CpuPool(2);
        foreach (var level in Enum.GetValues<SimdLevel>())
            if (!CpuDevice.Supports(level)) output.WriteLine($"Not run: this processor lacks {level}.");
        Each(cases, (test, failures) =>
        {
            foreach (var level in Enum.GetValues<SimdLevel>().Where(CpuDevice.Supports))
                foreach (string graph in test.Op.Graphs.Keys)
                    Compare(test, graph, $"{level}", () => Compiled.Value.Run(test.Op, graph, level, pool), failures);
        });
    }

    private static void Each(IReadOnlyList<GoldenCase> cases, Action<GoldenCase, List<string>> check)
    {
        var failures = new List<string>();
        foreach (var test in cases) check(test, failures);
        Assert.True(failures.Count == 0, string.Join("\n", failures));
    }

    private static void Compare(GoldenCase test, string graph, string where, Func<Outcome> run, List<string> failures)
    {
        try
        {
            var outcome = run();
            if (test.Expected.TryGetValue(graph, out var map)) Distance(outcome.Map, map, graph);
            if (test.Expected.TryGetValue("loss", out var loss)) Distance([outcome.Loss], loss, "loss");
            if (graph == "y") return;
            foreach (string parameter in test.Op.Parameters)
                Distance(outcome.Gradients[parameter], test.Expected[$"d{parameter}"], $"d{parameter}");
        }
        catch (Exception fault) when (fault is not Xunit.Sdk.XunitException)
        {
            failures.Add($"{test.Op.Name}, {graph}, {where}: {fault.Message}");
        }

        void Distance(double[] actual, double[] expected, string what)
        {
            double distance = Close.Distance(actual, expected);
            if (!(distance <= Tolerance))
                failures.Add(FormattableString.Invariant($"{test.Op.Name}, {what}, {where}: relative error {distance:g3}"));
        }
    }
}
