using Fcn.Generator.Passes;

namespace Fcn.Generator.Emit;

/// One mode of running a network, scheduled for every machine.
internal sealed record Mode(string Name, string Summary, int SmallestInput, NetworkGraph Graph, IReadOnlyDictionary<Machine, NetworkSchedule> Schedules)
{
    /// For what all machines share.
    public NetworkSchedule Any => Schedules[Machine.Portable];

    /// The three modes of a network, from its aligned graph.
    public static IReadOnlyList<Mode> Of(NetworkGraph aligned, ParameterPlan parameters, CancellationToken cancel)
    {
        var inference = DropDropout.Run(aligned);
        return
        [
            Make("Segment", "Image to labels.", AddArgMax.Run(inference)),
            Make("Scores", "Image to scores at full resolution.", inference),
            Make("Training", "Image and labels to loss and gradients.", BuildBackward.Run(aligned)),
        ];

        Mode Make(string name, string summary, NetworkGraph graph)
        {
            graph = DropDead.Run(graph);
            GraphSpec.Verify(Phase.Mode, graph);
            graph = Fuse.Run(graph);
            GraphSpec.Verify(Phase.Fused, graph);
            var schedules = new Dictionary<Machine, NetworkSchedule>();
            foreach (var machine in Machine.Cpus)
            {
                cancel.ThrowIfCancellationRequested();
                schedules[machine] = BuildSchedule.Run(graph, parameters, machine);
                var faults = KernelSpec.Faults([.. schedules[machine].Kernels, .. schedules[machine].Tiles.Values.SelectMany(static t => t)], KernelFamily.Cpu);
                if (faults.Count > 0) throw new InvalidOperationException($"{name} for {machine.Name}: {string.Join("; ", faults.Take(3))}");
            }
            return new(name, summary, Smallest(graph), graph, schedules);
        }
    }

    // Sizes never fall as the input grows, so the first size at which every map has a pixel is the smallest that works.
    private static int Smallest(NetworkGraph graph)
    {
        var sizes = graph.Nodes.Select(static n => n.Shape).OfType<MapShape>().Select(static m => m.Size).Distinct().ToList();
        int n = 1;
        while (sizes.Any(s => s.At(n) < 1)) n++;
        return n;
    }
}
