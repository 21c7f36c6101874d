using Fcn.Devices.Cuda;
using Fcn.Devices.Schedules;

namespace Fcn.Devices.Gpu;

// One mode of a network measured for one input size: its frame, and where its buffers go, those of the engine included.
internal sealed class GpuPlan : RunPlan
{
    private ulong? _placedAt;
    private ApartBlocks? _apart;

    /// <exception cref="FcnException">A size is below 1 or beyond what arrays hold, a layer would be empty, or the mode was not compiled.</exception>
    public GpuPlan(CudaVariant code, RunShape shape, NetworkSummary network, EngineNames names, int processors) : base(shape)
    {
        shape.Verify();
        var schedule = code.Table(network.Name).Find(shape.ScheduleOf(network)) ?? throw NotCompiled.Mode(network.Name, shape.Mode);
        Frame = new ScheduleFrame(schedule, Arena);
        try
        {
            Measure(code, network, names, processors);
        }
        catch
        {
            Frame.Dispose();
            throw;
        }
    }

    public ScheduleFrame Frame { get; }

    public ArenaPlan Arena { get; } = ArenaPlan.ForGpu();

    /// Its launches; null until the engine has set the plan up.
    public Replay? Replay { get; set; }

    /// Of the arena that it lies in.
    public ulong FirstByte => _placedAt ?? 0;

    /// Of memory that the engine owns, by the name that schedules have for it.
    public ulong this[string name] => (ulong)Frame[name];

    /// Whether its launches touch memory of this name.
    public bool Has(string name) => Frame.Schedule.Find(name) is not null;

    public void PlaceIn(ulong arena)
    {
        if (arena == _placedAt) return;
        Frame.Place(buffer => (long)arena + Arena.Offset(buffer));
        _placedAt = arena;
    }

    /// For tests: outside any arena.
    public void PlaceApart(GpuContext context)
    {
        _apart ??= new ApartBlocks(context);
        Frame.Place(buffer => _apart.Place(Arena, buffer));
    }

    public override void Dispose() => Release.All([Replay, _apart, Frame]);

    private void Measure(CudaVariant code, NetworkSummary network, EngineNames names, int processors)
    {
        Frame.Set("N", Shape.Images);
        Frame.Set("H", Shape.Height);
        Frame.Set("W", Shape.Width);
        Frame.Set("Processors", processors);
        Frame.Measure(network.Name, Shape.Height, Shape.Width);
        // A launch that would be too large is refused before any kernel has run.
        var launches = Frame.Schedule.Launches;
        for (int i = 0; i < launches.Count; i++) CountedLaunches.Check(code.Kernels[launches[i].Kernel], Frame.Items(i));
        // The engine's own buffers live from before the first launch until after the last.
        long pixels = (long)Shape.Images * Shape.Height * Shape.Width;
        for (int i = 0; i < names.Images.Length; i++) Frame.Own(names.Images[i], pixels * network.Inputs[i].Channels * sizeof(float));
        for (int head = 0; head < names.Labels.Length; head++)
        {
            Frame.Own(names.Scores[head], pixels * network.Heads[head].Classes * sizeof(float));
            Frame.Own(names.Labels[head], pixels);
        }
    }
}
