namespace Fcn.Generator.Schedule;

/// A network scheduled for one CPU: its modes, and the families of register tiles that their kernels call.
internal sealed record CpuCode(Machine Machine, ParameterPlan Parameters, IReadOnlyList<ModeSchedule> Modes, IReadOnlyDictionary<string, IReadOnlyList<Kernel>> Tiles)
{
    /// Schedules fused graphs and checks every kernel.
    public static CpuCode Of(Machine machine, ParameterPlan parameters, IReadOnlyList<(string Mode, NetworkGraph Graph)> graphs, CancellationToken cancel)
    {
        var (preparation, tiles) = (new Preparation(), new ContractionTiles(machine));
        var modes = new List<ModeSchedule>();
        foreach (var (mode, graph) in graphs)
        {
            cancel.ThrowIfCancellationRequested();
            modes.Add(new CpuPlanner(graph, parameters, machine, preparation, tiles).Plan(mode));
        }
        // Tiles call each other by name; kernels get theirs when they are written.
        var functions = tiles.Families.Values.SelectMany(static t => t).ToList();
        var byName = functions.ToDictionary(static t => t.Name);
        List<string> faults =
        [
            .. KernelSpec.Faults(functions, KernelFamily.Cpu),
            .. modes.SelectMany(static m => m.Kernels).SelectMany(k => KernelSpec.Faults(k, byName, KernelFamily.Cpu)),
        ];
        return faults.Count == 0 ? new(machine, parameters, modes, tiles.Families)
            : throw new InvalidOperationException($"{machine.Name}: {string.Join("; ", faults.Take(3))}");
    }
}
