using Fcn.Generator.Graph;
using Fcn.Generator.Kernels;

namespace Fcn.Generator.Schedule;

/// A network scheduled for CPUs, the same for all of them: its modes, and the families of register tiles that their kernels call.
internal sealed record CpuCode(ParameterPlan Parameters, IReadOnlyList<ModeSchedule> Modes, IReadOnlyDictionary<string, TileFamily> Tiles)
{
    /// Schedules fused graphs and checks every kernel.
    public static CpuCode Of(ParameterPlan parameters, IReadOnlyList<(string Mode, NetworkGraph Graph)> graphs, CancellationToken cancel)
    {
        var (preparation, tiles) = (new Preparation(), new ContractionTiles());
        var modes = new List<ModeSchedule>();
        foreach (var (mode, graph) in graphs)
        {
            cancel.ThrowIfCancellationRequested();
            modes.Add(new CpuPlanner(graph, parameters, Machine.Kernels, preparation, tiles).Plan(mode));
        }
        modes.AddRange(preparation.Schedules.Where(static m => m.Launches.Count > 0));
        var signatures = tiles.Families.Values.ToDictionary(static t => t.Name, static t => t.Signature);
        var faults = modes.SelectMany(static m => m.Kernels).SelectMany(k => KernelSpec.Faults(k, signatures, KernelFamily.Cpu)).Take(3).ToList();
        return faults.Count == 0 ? new(parameters, modes, tiles.Families) : throw new InvalidOperationException($"CPU: {string.Join("; ", faults)}");
    }
}
