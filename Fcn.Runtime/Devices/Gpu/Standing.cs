using Fcn.Devices.Cuda;

namespace Fcn.Devices.Gpu;

// A schedule that does not depend on the input: packing of parameters, the update. Its frame and its memory last as long as the engine; the
// memory is taken when it is first needed.
internal sealed unsafe class Standing : IDisposable
{
    private readonly GpuContext _context;
    private readonly LoadedKernels _kernels;
    private readonly CudaSchedule _schedule;
    private readonly string _purpose;
    private readonly NativeBlock _frame;
    private readonly ArenaPlan _plan = ArenaPlan.ForGpu();
    private readonly Replay _launches;
    private GpuBlock? _block;
    private ApartBlocks? _apart;

    public Standing(GpuContext context, LaunchStream stream, LoadedKernels kernels, CudaSchedule schedule, string purpose)
    {
        (_context, _kernels, _schedule, _purpose) = (context, kernels, schedule, purpose);
        _frame = Measured(schedule, context.Card.Processors, _plan);
        _launches = new Replay(schedule, Frame, stream);
    }

    public CudaFrame* Frame => (CudaFrame*)_frame.Address;

    public long Bytes => _plan.Bytes;

    // For tests.
    public bool IsApart { get; init; }

    /// Its results do not belong to the present parameters.
    public bool IsStale { get; set; } = true;

    /// The memory that a schedule would take.
    public static long BytesOf(CudaSchedule schedule)
    {
        var plan = ArenaPlan.ForGpu();
        using var frame = Measured(schedule, processors: 1, plan);
        return plan.Bytes;
    }

    /// Takes memory and loads kernels, once.
    public void Prepare()
    {
        if (_block is not null || _apart is not null) return;
        _kernels.Load(_schedule.Kernels);
        if (IsApart)
        {
            _apart = new ApartBlocks(_context);
            _apart.Place(_plan);
            return;
        }
        _block = new GpuBlock(_context, _plan.Bytes, _purpose, static _ => "Close other programs that use the GPU.");
        _plan.Place((byte*)_block.Address);
    }

    /// Writes the addresses of its buffers into another schedule's frame.
    public void PlaceIn(CudaFrame* frame)
    {
        var same = ArenaPlan.ForGpu();
        _schedule.Plan(frame, same);
        if (_apart is not null) _apart.Place(same);
        else same.Place((byte*)_block!.Address);
    }

    public void Run()
    {
        _launches.Run();
        IsStale = false;
    }

    public void Dispose() => Release.All([_launches, _block, _apart, _frame]);

    private static NativeBlock Measured(CudaSchedule schedule, int processors, ArenaPlan plan)
    {
        var block = new NativeBlock(schedule.FrameBytes, "A schedule's frame needs", "Close other programs.");
        try
        {
            var frame = (CudaFrame*)block.Address;
            (frame->N, frame->H, frame->W, frame->Processors) = (1, 1, 1, processors);
            schedule.Measure(frame);
            schedule.Plan(frame, plan);
            return block;
        }
        catch
        {
            block.Dispose();
            throw;
        }
    }
}
