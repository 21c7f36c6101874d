namespace Fcn.Devices.Cpu;

// One schedule measured for one input size: its frame, and where its buffers go.
internal sealed unsafe class CpuPlan : IDisposable
{
    private readonly NativeBlock _frame;
    private byte* _placedAt;

    /// <exception cref="FcnException">A size is below 1 or beyond what arrays hold, or a layer would be empty.</exception>
    public CpuPlan(CpuSchedule schedule, RunMode mode, int images, int height, int width)
    {
        if (images < 1 || height < 1 || width < 1)
            throw new FcnException($"A batch has at least 1 image of 1x1 pixels; got {images} of {height}x{width}.");
        if ((Int128)images * height * width > Array.MaxLength)
            throw new FcnException($"{images} images of {height}x{width} have more than {Array.MaxLength} pixels. Split them up.");
        (Schedule, Mode, Images, Height, Width) = (schedule, mode, images, height, width);
        _frame = new NativeBlock(schedule.FrameBytes, "A schedule's frame needs", "Close other programs.");
        Frame->N = images;
        Frame->H = height;
        Frame->W = width;
        schedule.Measure(Frame);
        schedule.Plan(Frame, Arena);
    }

    public CpuSchedule Schedule { get; }

    public RunMode Mode { get; }

    public int Images { get; }

    public int Height { get; }

    public int Width { get; }

    public CpuFrame* Frame => (CpuFrame*)_frame.Address;

    public ArenaPlan Arena { get; } = new();

    public void PlaceIn(byte* arena)
    {
        if (arena == _placedAt) return;
        Arena.Place(arena);
        _placedAt = arena;
    }

    public void Dispose() => _frame.Dispose();
}

// The plans used last: photographs come in many sizes, and a plan takes about a millisecond to make.
internal sealed class CpuPlans(CpuProgram code) : IDisposable
{
    private const int Kept = 32;
    private readonly List<CpuPlan> _plans = new(Kept); // used last first

    public CpuPlan Get(RunMode mode, int images, int height, int width)
    {
        for (int i = 0; i < _plans.Count; i++)
        {
            var plan = _plans[i];
            if (plan.Mode != mode || plan.Images != images || plan.Height != height || plan.Width != width) continue;
            _plans.RemoveAt(i);
            _plans.Insert(0, plan);
            return plan;
        }
        var made = new CpuPlan(code.Schedule(mode), mode, images, height, width);
        if (_plans.Count == Kept)
        {
            _plans[^1].Dispose();
            _plans.RemoveAt(Kept - 1);
        }
        _plans.Insert(0, made);
        return made;
    }

    public void Dispose()
    {
        foreach (var plan in _plans) plan.Dispose();
        _plans.Clear();
    }
}
