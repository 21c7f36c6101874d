using System.Reflection;
using Fcn.Devices.Cpu;
using Fcn.Generator.Declaration;
using Fcn.Generator.Emit;
using Fcn.Generator.Schedule;
using Fcn.Generator.Text;
using Fcn.Tests.Generator;

namespace Fcn.Tests.Ops;

// Op graphs rendered to C# by the compiler's own back half, compiled in memory and run on the CPU: the way of a network, without its
// declaration. An op graph has up to three graphs; they take the places of the three modes.
internal sealed class CompiledOps
{
    private static readonly string[] Modes = ["Segment", "Scores", "Training"];

    private readonly Assembly _assembly;

    public CompiledOps(IEnumerable<OpGraph> ops)
    {
        string[] files = [.. ops.SelectMany(Render).DistinctBy(f => f.HintName).Select(f => f.Text)];
        _assembly = Compilations.Load(Compilations.Of(files));
    }

    /// Runs one of an op's graphs. Memory that the schedule plans is NaN before it is written; nothing is written beside outputs.
    public Outcome Run(OpGraph op, string graph, SimdLevel level, CpuPool pool)
    {
        string mode = Modes[op.Graphs.Keys.ToList().IndexOf(graph)];
        var schedule = (CpuSchedule)Activator.CreateInstance(_assembly.GetType($"Fcn.Generated.Networks.Golden.{op.Name}.{mode}")!, nonPublic: true)!;
        return new CompiledRun(op, graph, schedule).Run(level, pool);
    }

    private static IEnumerable<GeneratedFile> Render(OpGraph op)
    {
        var declaration = new NetworkDeclaration("Golden", op.Name, $"Golden.{op.Name}", "public", []);
        var graphs = Modes.Select((_, i) => op.Graphs.Values.ElementAtOrDefault(i) ?? op.Graphs["y"]).ToList();
        var modes = Modes.Zip(graphs, (mode, graph) =>
        {
            return new Mode(mode, $"{mode} of {op.Name}.", 1, graph, BuildSchedule.Run(graph, op.Plan, Machine.Kernels));
        }).ToList();
        var emit = new EmitSchedules(declaration, op.Plan, modes);
        yield return new($"{op.Name}.Schedules", emit.Schedules());
        yield return new($"{op.Name}.Kernels", emit.Kernels());
        foreach (var tiles in emit.Tiles()) yield return tiles;
    }
}
