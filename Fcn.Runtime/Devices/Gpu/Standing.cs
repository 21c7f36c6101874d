using Fcn.Devices.Schedules;

namespace Fcn.Devices.Gpu;

// A mode that does not depend on the input: preparing parameters, the update. Its frame and its memory last as long as the engine; the
// memory is taken when it is first needed.
internal sealed class Standing : IDisposable
{
    private readonly GpuContext _context;
    private readonly LoadedKernels _kernels;
    private readonly string _purpose;
    private readonly ArenaPlan _plan = ArenaPlan.ForGpu();
    private readonly Replay _launches;
    private GpuBlock? _block;
    private ApartBlocks? _apart;

    public Standing(
        GpuContext context, LaunchStream stream, LoadedKernels kernels, ScheduleTable table, string mode, int parameterBlocks, string purpose)
    {
        (_context, _kernels, _purpose) = (context, kernels, purpose);
        Frame = Measured(table, mode, parameterBlocks, _plan);
        _launches = new Replay(Frame, stream);
    }

    public ScheduleFrame Frame { get; }

    public long Bytes => _plan.Bytes;

    // For tests.
    public bool IsApart { get; init; }

    /// Its results do not belong to the present parameters.
    public bool IsStale { get; set; } = true;

    /// The memory that a mode would take.
    public static long BytesOf(ScheduleTable table, string mode)
    {
        var plan = ArenaPlan.ForGpu();
        using var frame = Measured(table, mode, 0, plan);
        return plan.Bytes;
    }

    /// Takes memory and loads kernels, once.
    public void Prepare()
    {
        if (_block is not null || _apart is not null) return;
        _kernels.Load(Frame.Schedule);
        if (IsApart) _apart = new ApartBlocks(_context);
        else _block = new GpuBlock(_context, _plan.Bytes, _purpose, static _ => "Close other programs that use the GPU.");
        Frame.Place(buffer => _apart?.Place(_plan, buffer) ?? (long)_block!.Address + _plan.Offset(buffer));
    }

    /// Writes the addresses of its buffers into another schedule's frame.
    public void PlaceIn(ScheduleFrame frame)
    {
        foreach (var buffer in Frame.Schedule.Buffers) frame.Set(buffer.Name, Frame[buffer.Name]);
    }

    public void Run()
    {
        _launches.Run();
        IsStale = false;
    }

    public void Dispose() => Release.All([_launches, _block, _apart, Frame]);

    // A network compiled without a mode has nothing to do in it.
    private static ScheduleFrame Measured(ScheduleTable table, string mode, int parameterBlocks, ArenaPlan plan)
    {
        var frame = new ScheduleFrame(table.Find(mode) ?? new Schedule(mode, 1).Complete(), plan);
        frame.Set("N", 1);
        frame.Set("ParameterBlocks", parameterBlocks);
        frame.Measure(mode, 1, 1);
        return frame;
    }
}
