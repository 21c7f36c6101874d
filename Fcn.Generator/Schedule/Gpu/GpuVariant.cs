namespace Fcn.Generator.Schedule.Gpu;

/// A network scheduled for one GPU machine: what CudaVariant of the runtime holds.
internal sealed record GpuVariant(
    GpuMachine Machine, GpuParameterPlan Parameters,
    GpuSchedule Pack, GpuSchedule PackBackward, GpuSchedule Segment, GpuSchedule Scores, GpuSchedule Training, GpuSchedule Update)
{
    /// Schedules three fused graphs and checks every kernel.
    public static GpuVariant Of(
        GpuMachine machine, GpuParameterPlan parameters, NetworkGraph segment, NetworkGraph scores, NetworkGraph training, CancellationToken cancel)
    {
        var packing = new GpuPacking();
        GpuSchedule Schedule(NetworkGraph graph)
        {
            cancel.ThrowIfCancellationRequested();
            return BuildGpuSchedule.Run(graph, parameters, machine, packing);
        }
        var (first, second, third) = (Schedule(segment), Schedule(scores), Schedule(training));
        var update = new GpuSchedule([], [], [], [Kernels.GpuUpdateKernel.Lower()]);
        var variant = new GpuVariant(machine, parameters, packing.Schedule(false), packing.Schedule(true), first, second, third, update);
        var kernels = variant.All.SelectMany(static s => s.Launches).Select(static l => l.Kernel).GroupBy(static k => k.Body).Select(static g => g.First());
        var faults = kernels.SelectMany(static k => KernelSpec.Faults([k], KernelFamily.Gpu)).Take(3).ToList();
        if (faults.Count > 0) throw new InvalidOperationException($"{machine.Name}: {string.Join("; ", faults)}");
        return variant;
    }

    public IReadOnlyList<GpuSchedule> All => [Pack, PackBackward, Segment, Scores, Training, Update];

    /// In the order of CudaVariant's parameters.
    public IReadOnlyList<(string Name, GpuSchedule Schedule)> Named =>
        [(nameof(Pack), Pack), (nameof(PackBackward), PackBackward), (nameof(Segment), Segment), (nameof(Scores), Scores), (nameof(Training), Training), (nameof(Update), Update)];
}
