using Fcn.Devices.Cuda;

namespace Fcn.Devices.Gpu;

// One schedule measured for one input size: its frame, and where its buffers go, those of the engine included.
internal sealed unsafe class GpuPlan : RunPlan
{
    private readonly NativeBlock _frame;
    private ulong? _placedAt;
    private ApartBlocks? _apart;

    /// <exception cref="FcnException">A size is below 1 or beyond what arrays hold, or a layer would be empty.</exception>
    public GpuPlan(CudaVariant code, RunShape shape, NetworkSummary network, int processors) : base(shape)
    {
        shape.Verify();
        Schedule = Of(code, shape.Mode);
        _frame = new NativeBlock(Schedule.FrameBytes, "A schedule's frame needs", "Close other programs.");
        try
        {
            Measure(code, network, processors);
        }
        catch
        {
            _frame.Dispose();
            throw;
        }
    }

    public CudaSchedule Schedule { get; }

    public CudaFrame* Frame => (CudaFrame*)_frame.Address;

    public ArenaPlan Arena { get; } = ArenaPlan.ForGpu();

    /// Its launches; null until the engine has set the plan up.
    public Replay? Replay { get; set; }

    /// Of the arena that it lies in.
    public ulong FirstByte => _placedAt ?? 0;

    public void PlaceIn(ulong arena)
    {
        if (arena == _placedAt) return;
        Arena.Place((byte*)arena);
        _placedAt = arena;
        Replay?.Forget();
    }

    /// For tests: outside any arena.
    public void PlaceApart(GpuContext context)
    {
        _apart ??= new ApartBlocks(context);
        _apart.Place(Arena);
    }

    public override void Dispose() => Release.All([Replay, _apart, _frame]);

    private void Measure(CudaVariant code, NetworkSummary network, int processors)
    {
        (Frame->N, Frame->H, Frame->W, Frame->Processors) = (Shape.Images, Shape.Height, Shape.Width, processors);
        Schedule.Measure(Frame);
        Schedule.Plan(Frame, Arena);
        // A launch that would be too large is refused before any kernel has run.
        Schedule.Run(Frame, new CountedLaunches(code.Kernels));
        // The engine's own buffers live from before the first launch until after the last.
        long pixels = (long)Shape.Images * Shape.Height * Shape.Width;
        Add((void**)&Frame->Image, "image", pixels * network.Input.Channels * sizeof(float));
        if (Shape.Mode == RunMode.Scores) Add((void**)&Frame->Scores, "scores", pixels * network.Classes * sizeof(float));
        else Add((void**)&Frame->Labels, "labels", pixels);

        void Add(void** address, string name, long bytes) => Arena.Add(address, name, bytes, 0, int.MaxValue);
    }

    private static CudaSchedule Of(CudaVariant code, RunMode mode) => mode switch
    {
        RunMode.Segment => code.Segment,
        RunMode.Scores => code.Scores,
        RunMode.Training => code.Training,
    };
}
