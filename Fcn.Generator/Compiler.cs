using Fcn.Generator.Collections;
using Fcn.Generator.Declaration;
using Fcn.Generator.Diagnostics;
using Fcn.Generator.Emit;
using Fcn.Generator.Graph;
using Fcn.Generator.Layers;
using Fcn.Generator.Passes;
using Fcn.Generator.Schedule;
using Fcn.Generator.Schedule.Gpu;
using Fcn.Generator.Source;
using Fcn.Generator.Text;

namespace Fcn.Generator;

// The table of contents: attributes -> graph -> aligned graph -> kernels -> text. Pure functions of values; nothing here knows Roslyn.
internal static class Compiler
{
    /// The part of the class that users see. Where the network has problems, they are here, with a part that keeps the rest of the build
    /// quiet.
    public static Compiled Surface(Reading reading, UserProject project, CancellationToken cancel) => Guard(reading, () =>
    {
        var network = reading.Network;
        var constructor = NetworkEmitter.Constructor(network);
        var problems = reading.Problems;
        if (reading.Complete && problems.Count == 0 && project.TakesSurface)
        {
            var front = Understand(network, cancel);
            if (front is { Table: { } table }) return new(network, [EmitSurface.File(network, table, constructor)], []);
            problems = front.Problems.ToEquatableArray();
        }
        return new(network, reading.Extendable ? [EmitSurface.Placeholder(network, constructor.Parameters)] : [], problems);
    });

    /// Schedules and kernels; nothing where the network or the project has problems, which are told elsewhere.
    public static Compiled Kernels(Reading reading, UserProject project, CancellationToken cancel) => Guard(reading, () =>
    {
        var network = reading.Network;
        if (!reading.Complete || reading.Problems.Count > 0 || !project.TakesKernels) return new(network, [], []);
        if (Understand(network, cancel) is not { Graph: { } graph }) return new(network, [], []);
        graph = CollapseBorder.Run(graph);                                 // after: no wide band of padding is computed; Repeat may stand
        GraphSpec.Verify(Phase.Collapsed, graph);
        var graphs = Modes(graph, project.Selection.Modes);
        var (own, shared) = NetworkEmitter.Emit(network, Cpu(graph, graphs, project, cancel), GpuVariants(graph, graphs, project, cancel), project, cancel);
        return new(network, own, []) { Shared = shared };
    });

    /// The first half: whatever can be wrong with a declaration is found here. Table and graph are null where there are problems.
    public static Front Understand(NetworkDeclaration network, CancellationToken cancel)
    {
        var problems = Desugar.Run(network, out var built).ToList();       // after: ops only; inputs by name, scores of heads
        if (problems.Count > 0) return new(null, null, problems);
        var graph = built.Build();
        GraphSpec.Verify(Phase.Desugared, graph);
        cancel.ThrowIfCancellationRequested();

        graph = AlignSkips.Run(graph, built.Layers, problems);             // after: no Join, no Align, every Add has equal shapes
        if (problems.Count > 0) return new(null, null, problems);
        GraphSpec.Verify(Phase.Aligned, graph);
        cancel.ThrowIfCancellationRequested();
        return new(graph, LayerTable.Of(built.Layers, graph), []);
    }

    /// The second half: one aligned graph becomes one for each mode, fused.
    private static IReadOnlyList<(string Mode, NetworkGraph Graph)> Modes(NetworkGraph aligned, EquatableArray<string> wanted)
    {
        var inference = UseRunningStatistics.Run(DropDropout.Run(aligned)); // after: no Dropout, no BatchNorm
        var forward = inference.Outputs.Cast<Output.Scores>().SelectMany((scores, head) => new[]
        {
            (Schedule.Modes.Of(Schedule.Modes.Segment, scores.Head, head == 0), Fused(AddArgMax.Run(inference, scores))),
            (Schedule.Modes.Of(Schedule.Modes.Scores, scores.Head, head == 0), Fused(new(inference.Nodes, [scores]))),
        });
        (string, NetworkGraph)[] training = [(Schedule.Modes.Training, Fused(BuildBackward.Run(UseBatchStatistics.Run(aligned))))];
        return [.. wanted.Contains(Selection.Inference) ? forward : [], .. wanted.Contains(Selection.Training) ? training : []];

        static NetworkGraph Fused(NetworkGraph graph)
        {
            graph = DropDead.Run(graph);                                   // after: every node reaches an output
            GraphSpec.Verify(Phase.Mode, graph);
            graph = Fuse.Run(graph);                                       // after: elementwise ops ride on what yields their input
            GraphSpec.Verify(Phase.Fused, graph);
            return graph;
        }
    }

    // After: kernels, launches, buffers; every kernel verified.
    private static CpuCode? Cpu(NetworkGraph graph, IReadOnlyList<(string, NetworkGraph)> graphs, UserProject project, CancellationToken cancel) =>
        project.Selection.Targets.Contains(Selection.Cpu) ? CpuCode.Of(ParameterPlan.Of(graph), graphs, cancel) : null;

    // Kernels for ILGPU run by the same schedules.
    private static IReadOnlyList<GpuVariant> GpuVariants(
        NetworkGraph graph, IReadOnlyList<(string, NetworkGraph)> graphs, UserProject project, CancellationToken cancel)
    {
        if (!project.Selection.Targets.Contains(Selection.Cuda) && !project.TakesIlgpu) return [];
        var parameters = GpuParameterPlan.Of(graph);
        var machines = GpuMachine.All.Where(m => project.Selection.Precisions.Contains(m.Precision.ToLowerInvariant()));
        return [.. machines.AsParallel().AsOrdered().WithCancellation(cancel).Select(machine => GpuVariant.Of(machine, parameters, graphs, cancel))];
    }

    // A fault of the compiler is a diagnostic that says so, not a generator that vanishes.
    private static Compiled Guard(Reading reading, Func<Compiled> compile)
    {
        try
        {
            return compile();
        }
        catch (Exception thrown) when (thrown is not OperationCanceledException)
        {
            // What fails on several threads comes in a bundle.
            var fault = (thrown as AggregateException)?.Flatten().InnerException ?? thrown;
            // The first line that is ours: the JIT may have inlined what threw into a caller outside.
            string at = fault.StackTrace?.Split('\n').Select(static l => l.Trim()).FirstOrDefault(static l => l.StartsWith("at Fcn.Generator.", StringComparison.Ordinal)) ?? "";
            return new(reading.Network, [], [Problem.AtClass(ProblemId.OwnFault, reading.Network.Name, fault.Message, at)]);
        }
    }
}

/// Graph and table of a network that can be compiled, else its problems.
internal sealed record Front(NetworkGraph? Graph, LayerTable? Table, IReadOnlyList<Problem> Problems);

/// Text of a network and what is wrong with it: values, compared by the incremental pipeline.
internal sealed record Compiled(NetworkDeclaration Network, EquatableArray<GeneratedFile> Files, EquatableArray<Problem> Problems)
{
    /// Files that several networks may ask for; equal names have equal text.
    public EquatableArray<GeneratedFile> Shared { get; init; } = [];
}
