namespace Fcn.Generator.Schedule;

/// One mode of running a network (labels, scores, training), scheduled for every CPU.
internal sealed record Mode(string Name, string Summary, int SmallestInput, NetworkGraph Graph, IReadOnlyDictionary<Machine, NetworkSchedule> Schedules)
{
    /// For what all machines share.
    public NetworkSchedule Any => Schedules[Machine.Portable];

    /// Schedules a fused graph and checks every kernel.
    public static Mode Of(string name, string summary, NetworkGraph graph, ParameterPlan parameters, CancellationToken cancel)
    {
        var schedules = new Dictionary<Machine, NetworkSchedule>();
        foreach (var machine in Machine.Cpus)
        {
            cancel.ThrowIfCancellationRequested();
            var schedule = schedules[machine] = BuildSchedule.Run(graph, parameters, machine);
            // Kernels call tiles by name; those of the runtime were checked when it was built.
            var entries = schedule.Tiles.Values.ToDictionary(static t => t.Name, static t => t.Entry);
            var own = ContractionTiles.Own(machine, schedule.Tiles.Values).SelectMany(static t => t.Kernels).ToList();
            List<string> faults =
            [
                .. KernelSpec.Faults(own, KernelFamily.Cpu),
                .. schedule.Kernels.SelectMany(k => KernelSpec.Faults(k, entries, KernelFamily.Cpu)),
            ];
            if (faults.Count > 0) throw new InvalidOperationException($"{name} for {machine.Name}: {string.Join("; ", faults.Take(3))}");
        }
        return new(name, summary, Smallest(graph), graph, schedules);
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
