using Fcn.Devices.Schedules;

namespace Fcn.Devices.Cpu;

// One mode of a network measured for one input size: its frame, and where its buffers go.
internal sealed unsafe class CpuPlan : RunPlan
{
    private readonly SimdLevel _level;
    private readonly CpuKernel[] _kernels;
    private byte* _placedAt;

    /// <exception cref="FcnException">A size is below 1 or beyond what arrays hold, a layer would be empty, or the mode was not compiled.</exception>
    public CpuPlan(NetworkSummary network, CpuProgram code, SimdLevel level, RunShape shape) : base(shape)
    {
        shape.Verify();
        _level = level;
        var table = code.Table(network.Name);
        var schedule = table.Find(shape.ScheduleOf(network)) ?? throw NotCompiled.Mode(network.Name, shape.Mode);
        _kernels = code.KernelsOf(network.Name, schedule);
        Frame = new ScheduleFrame(schedule, Arena);
        try
        {
            var (pixels, blocks) = table.Tile(level.ToString());
            Frame.Set("TilePixels", pixels);
            Frame.Set("TileBlocks", blocks);
            Frame.Set("N", shape.Images);
            Frame.Set("H", shape.Height);
            Frame.Set("W", shape.Width);
            Frame.Measure(network.Name, shape.Height, shape.Width);
            for (int i = 0; i < _kernels.Length; i++) Extents.Count(Frame.Items(i));
        }
        catch
        {
            Frame.Dispose();
            throw;
        }
    }

    public ScheduleFrame Frame { get; }

    public ArenaPlan Arena { get; } = new();

    public void PlaceIn(byte* arena)
    {
        if (arena == _placedAt) return;
        // Captures the plan alone: a captured argument would be an allocation of every call.
        _placedAt = arena;
        Frame.Place(buffer => (long)_placedAt + Arena.Offset(buffer));
    }

    /// Launches all kernels in order.
    public void Run(CpuPool pool)
    {
        var launches = Frame.Schedule.Launches;
        for (int i = 0; i < _kernels.Length; i++)
            pool.Run(launches[i].Label, _kernels[i].For(_level), Frame.Arguments(i), (int)Frame.Items(i));
    }

    public override void Dispose() => Frame.Dispose();
}
