using Fcn.Generator.Graph;
using Fcn.Generator.Kernels;

namespace Fcn.Generator.Schedule.Gpu;

/// A network scheduled for one GPU machine: what CudaVariant of the runtime holds.
internal sealed record GpuVariant(GpuMachine Machine, GpuParameterPlan Parameters, IReadOnlyList<ModeSchedule> Modes)
{
    /// Schedules fused graphs and checks every kernel.
    public static GpuVariant Of(
        GpuMachine machine, GpuParameterPlan parameters, IReadOnlyList<(string Mode, NetworkGraph Graph)> graphs, CancellationToken cancel)
    {
        var preparation = new Preparation();
        var modes = new List<ModeSchedule>();
        foreach (var (mode, graph) in graphs)
        {
            cancel.ThrowIfCancellationRequested();
            modes.Add(new GpuPlanner(graph, parameters, machine, preparation).Plan(mode));
        }
        modes.AddRange(preparation.Schedules.Where(static m => m.Launches.Count > 0));
        if (graphs.Any(static g => g.Mode == Schedule.Modes.Training)) modes.Add(new(Schedule.Modes.Update, 1, [], [], [], [Kernels.GpuUpdateKernel.Lower()]));
        var kernels = modes.SelectMany(static m => m.Kernels).GroupBy(static k => k.Body).Select(static g => g.First());
        var faults = kernels.SelectMany(static k => KernelSpec.Faults([k], KernelFamily.Gpu)).Take(3).ToList();
        return faults.Count == 0 ? new(machine, parameters, modes) : throw new InvalidOperationException($"{machine.Name}: {string.Join("; ", faults)}");
    }
}
