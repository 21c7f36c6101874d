namespace Fcn.Devices.Cpu;

// One schedule measured for one input size: its frame, and where its buffers go.
internal sealed unsafe class CpuPlan : RunPlan
{
    private readonly NativeBlock _frame;
    private byte* _placedAt;

    /// <exception cref="FcnException">A size is below 1 or beyond what arrays hold, or a layer would be empty.</exception>
    public CpuPlan(CpuSchedule schedule, RunShape shape) : base(shape)
    {
        shape.Verify();
        Schedule = schedule;
        _frame = new NativeBlock(schedule.FrameBytes, "A schedule's frame needs", "Close other programs.");
        try
        {
            Frame->N = shape.Images;
            Frame->H = shape.Height;
            Frame->W = shape.Width;
            schedule.Measure(Frame);
            schedule.Plan(Frame, Arena);
        }
        catch
        {
            _frame.Dispose();
            throw;
        }
    }

    public CpuSchedule Schedule { get; }

    public CpuFrame* Frame => (CpuFrame*)_frame.Address;

    public ArenaPlan Arena { get; } = new();

    public void PlaceIn(byte* arena)
    {
        if (arena == _placedAt) return;
        Arena.Place(arena);
        _placedAt = arena;
    }

    public override void Dispose() => _frame.Dispose();
}
