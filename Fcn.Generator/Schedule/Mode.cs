namespace Fcn.Generator.Schedule;

/// One mode of running a network (labels, scores, training), scheduled for CPUs.
internal sealed record Mode(string Name, string Summary, int SmallestInput, NetworkGraph Graph, NetworkSchedule Schedule)
{
    /// Schedules a fused graph and checks every kernel.
    public static Mode Of(string name, string summary, NetworkGraph graph, ParameterPlan parameters, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var schedule = BuildSchedule.Run(graph, parameters, Machine.Kernels);
        var signatures = schedule.Tiles.Values.ToDictionary(static t => t.Name, static t => t.Signature);
        var faults = schedule.Kernels.SelectMany(k => KernelSpec.Faults(k, signatures, KernelFamily.Cpu)).ToList();
        if (faults.Count > 0) throw new InvalidOperationException($"{name}: {string.Join("; ", faults.Take(3))}");
        return new(name, summary, Smallest(graph), graph, schedule);
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
