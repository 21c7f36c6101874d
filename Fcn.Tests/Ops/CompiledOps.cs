using System.Reflection;
using Fcn.Devices;
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
    private static readonly RunMode[] Modes = [RunMode.Segment, RunMode.Scores, RunMode.Training];

    private readonly Assembly _assembly;

    public CompiledOps(IEnumerable<OpGraph> ops)
    {
        string[] files = [.. ops.SelectMany(Render).DistinctBy(f => f.HintName).Select(f => f.Text)];
        _assembly = Compilations.Load(Compilations.Of(files));
    }

    /// Runs one of an op's graphs. Memory that the schedule plans is NaN before it is written; nothing is written beside outputs.
    public Outcome Run(OpGraph op, string graph, SimdLevel level, CpuPool pool)
    {
        var program = _assembly.GetType($"Fcn.Generated.Networks.Golden.{op.Name}.Cpu")!.GetProperty("Program")!.GetValue(null);
        return new CompiledRun(op, graph, (CpuProgram)program!, Modes[op.Graphs.Keys.ToList().IndexOf(graph)]).Run(level, pool);
    }

    private static IEnumerable<GeneratedFile> Render(OpGraph op)
    {
        var declaration = new NetworkDeclaration("Golden", op.Name, $"Golden.{op.Name}", "public", []);
        var graphs = op.Graphs.Values.Zip(Modes, (graph, mode) => (mode.ToString(), graph)).ToList();
        var emit = new EmitCpu(declaration, CpuCode.Of(op.Plan, graphs, default), default);
        return [emit.Program(), emit.Kernels(), .. emit.Tiles()];
    }
}
