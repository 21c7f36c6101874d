using Fcn.Devices.Cpu;
using Fcn.Devices.Cuda;
using Fcn.Devices.Schedules;

namespace Fcn.Devices.Gpu;

// A network on a GPU: brings batches to the card, lets the generated schedules launch their kernels, brings labels, scores and losses back.
// Two streams: kernels run in one, copies in the other; a batch is uploaded while the update of the step before still runs.
internal sealed unsafe class GpuEngine : Engine
{
    // Of the small memory that belongs to no plan.
    private const ulong RunStep = 0, UpdateStep = 256, Losses = 512;
    private const string Remedy = "Close other programs that use the GPU.";

    private readonly NetworkSummary _network;
    private readonly GpuDevice _device;
    private readonly CudaVariant _code;
    private readonly EngineGate _gate;
    private readonly EngineNames _names;
    private readonly double[] _losses;
    private readonly Stack<IDisposable> _owned = new();
    private readonly GpuContext _context;
    private readonly GpuDriver _driver;
    private readonly nint _kernels, _copies, _mark;
    private readonly LoadedKernels _loaded;
    private readonly LaunchStream _stream;
    private readonly GpuStaging _staging;
    private readonly GpuParameters _parameters;
    private readonly GpuBlock _own;
    private readonly Standing _pack, _packBackward, _update;
    private readonly GpuArena _arena;
    private readonly PlanCache<GpuPlan> _plans;

    /// <param name="device">Names itself and profiles.</param>
    /// <param name="context">The card; the engine's own.</param>
    /// <param name="network">The layer table.</param>
    /// <param name="program">Its code.</param>
    /// <param name="variant">The part of it for the card and the precision.</param>
    /// <param name="load">Makes the variant's kernels ready on the card.</param>
    public GpuEngine(
        GpuDevice device, GpuContext context, NetworkSummary network, CudaProgram program, CudaVariant variant,
        Func<LoadedKernels> load)
    {
        (_device, _network, _code, _context, _driver) = (device, network, variant, context, context.Driver);
        _gate = new EngineGate(this, network.Name);
        (_names, _losses) = (new EngineNames(network), new double[network.Heads.Count]);
        try
        {
            Own(context);
            _kernels = Stream();
            _copies = Stream();
            _mark = _driver.CreateEvent(timed: false);
            Own(new Disposal(() => _driver.DestroyEvent(_mark)));
            _loaded = Own(load());
            _stream = Own(new LaunchStream(context, _loaded, _kernels));
            _staging = Own(new GpuStaging(context, _copies, GpuParameters.LargestUnit(program)));
            _parameters = Own(new GpuParameters(network, program, context, _staging, _copies));
            _own = Own(new GpuBlock(context, (long)Losses + _losses.Length * sizeof(double), $"{network.Name} needs", static _ => Remedy)).Filled(0, _copies);
            _pack = Stand("Prepare", $"The packed weights of {network.Name} take");
            _packBackward = Stand("PrepareTraining", $"The weights of {network.Name} packed for its gradients take");
            _update = Stand("Update", $"The update of {network.Name} needs");
            _arena = Own(new GpuArena(context, network.Name));
            _plans = Own(new PlanCache<GpuPlan>(shape => new GpuPlan(variant, shape, network, _names, context.Card.Processors)));
        }
        catch
        {
            GiveBack();
            GC.SuppressFinalize(this);
            throw;
        }
    }

    // A network that nobody disposed must not keep the card's memory. A finalizer has nobody to tell of a failure.
    ~GpuEngine()
    {
        try
        {
            GiveBack();
        }
        catch (Exception)
        {
        }
    }

    public override string Device => _device.Name;

    /// Bytes of the arena as it stands.
    public long ArenaBytes => _arena.Bytes;

    public override void Read(ParameterStore store, int parameter, Span<float> values)
    {
        using var call = Enter();
        // An update may still be running.
        _driver.Wait(_kernels);
        _parameters.Read(store, parameter, values);
    }

    public override void Write(ParameterStore store, int parameter, ReadOnlySpan<float> values)
    {
        using var call = Enter();
        _driver.Wait(_kernels);
        _parameters.Write(store, parameter, values);
        if (store == ParameterStore.Values) _pack.IsStale = _packBackward.IsStale = true;
    }

    public override void Segment(InputBatch input, Span<byte> labels, int head = 0)
    {
        using var call = Enter();
        BatchCheck.Check(_network, input, head, labels.Length, 1, "labels");
        var plan = Prepare(RunMode.Segment, input, head);
        Run(plan);
        fixed (byte* to = labels) _staging.Download(plan[_names.Labels[head]], to, labels.Length);
        ScoreCheck.Labels(_network, input, labels);
    }

    public override void Scores(InputBatch input, Span<float> scores, int head = 0)
    {
        using var call = Enter();
        BatchCheck.Check(_network, input, head, scores.Length, _network.Heads[head].Classes, "scores");
        var plan = Prepare(RunMode.Scores, input, head);
        Run(plan);
        fixed (float* to = scores) _staging.Download(plan[_names.Scores[head]], (byte*)to, (long)scores.Length * sizeof(float));
        ScoreCheck.Scores(_network, input, head, scores);
    }

    public override double Backward(InputBatch input, ReadOnlySpan<byte> labels, in BackwardStep step, Span<double> losses = default)
    {
        using var call = Enter();
        BatchCheck.Check(_network, input, 0, labels.Length, _network.Heads.Count, "labels");
        LabelCheck.Check(_network, labels, input.Height, input.Width);
        var plan = Prepare(RunMode.Training, input, 0);
        int each = labels.Length / _network.Heads.Count;
        fixed (byte* from = labels)
            for (int head = 0; head < _network.Heads.Count; head++) _staging.Upload(plan[_names.Labels[head]], from + (long)head * each, each);
        Upload(RunStep, new StepNumbers { Accumulate = step.First ? 0 : 1, Seed = Lanes.Fold(step.Seed), LossScale = step.LossScale });
        Run(plan);
        fixed (double* to = _losses) _staging.Download(_own.Address + Losses, (byte*)to, _losses.Length * sizeof(double));
        return TotalLoss.Of(_network, _losses, losses);
    }

    public override void Update(in SolverStep step)
    {
        using var call = Enter();
        _parameters.Train();
        _update.Prepare();
        Complete(_update.Frame, UpdateStep);
        // The update before may not have read its numbers yet.
        Follow(_copies, _kernels);
        Upload(UpdateStep, new StepNumbers
        {
            Rate = step.Rate, Momentum = step.Momentum, Decay = step.Decay, GradientScale = step.GradientScale,
        });
        Follow(_kernels, _copies);
        _stream.Begin(_device.Profile, _device.TimesKernels);
        _update.Run();
        _device.AddKernelTime(_stream.End());
        _pack.IsStale = _packBackward.IsStale = true;
    }

    public override long PlannedBytes(RunMode mode, int images, int height, int width, int head = 0)
    {
        using var call = Enter();
        long packed = _pack.Bytes + (mode == RunMode.Training ? _packBackward.Bytes + _update.Bytes : 0);
        return packed + _plans.Get(new RunShape(mode, images, height, width, head)).Arena.Bytes;
    }

    public override void Dispose()
    {
        if (_gate.IsClosed) return;
        using var call = _gate.Enter();
        _gate.Close();
        GC.SuppressFinalize(this);
        GiveBack();
    }

    // Memory, kernels, packed weights; the batch is under way when this returns.
    private GpuPlan Prepare(RunMode mode, InputBatch input, int head)
    {
        var plan = _plans.Get(new RunShape(mode, input.Images, input.Height, input.Width, head));
        bool training = mode == RunMode.Training;
        if (plan.Replay is null) SetUp(plan);
        _stream.Begin(_device.Profile, _device.TimesKernels);
        if (_pack.IsStale || (training && _packBackward.IsStale))
        {
            Follow(_kernels, _copies);
            Pack(_pack);
            if (training) Pack(_packBackward);
        }
        if (_device.Apart) plan.PlaceApart(_context);
        else plan.PlaceIn(_arena.Fit(plan, images => BytesOf(plan.Shape with { Images = images })));
        if (_device.Poison && !_device.Apart) _driver.Fill(plan.FirstByte, byte.MaxValue, plan.Arena.Bytes, _copies);
        for (int i = 0; i < input.Inputs.Count; i++)
        {
            if (!plan.Has(_names.Images[i])) continue;
            long values = (long)input.Images * input.Height * input.Width * input.Inputs[i].Channels;
            fixed (float* pixels = input.Inputs[i].Pixels) _staging.Upload(plan[_names.Images[i]], (byte*)pixels, values * sizeof(float));
        }
        return plan;
    }

    // What stays as long as the plan.
    private void SetUp(GpuPlan plan)
    {
        _loaded.Load(plan.Frame.Schedule);
        _pack.Prepare();
        _pack.PlaceIn(plan.Frame);
        if (plan.Shape.Mode == RunMode.Training)
        {
            _parameters.Train();
            _packBackward.Prepare();
            _packBackward.PlaceIn(plan.Frame);
        }
        Complete(plan.Frame, RunStep);
        plan.Replay = new Replay(plan.Frame, _stream);
    }

    private void Pack(Standing pack)
    {
        if (!pack.IsStale) return;
        Complete(pack.Frame, RunStep);
        pack.Run();
    }

    private void Run(GpuPlan plan)
    {
        Follow(_kernels, _copies);
        plan.Replay!.Run();
        _device.AddKernelTime(_stream.End());
        Follow(_copies, _kernels);
    }

    // Addresses that never change once they are there.
    private void Complete(ScheduleFrame frame, ulong step)
    {
        frame.Set("Step", (long)(_own.Address + step));
        for (int head = 0; head < _losses.Length; head++) frame.Set(_names.Losses[head], (long)(_own.Address + Losses) + head * sizeof(double));
        frame.Set("Parameters", (long)_parameters.Values);
        frame.Set("Gradients", (long)_parameters.Gradients);
        frame.Set("Momentum", (long)_parameters.Momentum);
        frame.Set("Multipliers", (long)_parameters.Multipliers);
    }

    private void Upload(ulong place, StepNumbers step) => _staging.Upload(_own.Address + place, (byte*)&step, sizeof(StepNumbers));

    // What is queued in one stream from now on waits for what was queued in the other so far.
    private void Follow(nint stream, nint other)
    {
        _driver.Record(_mark, other);
        _driver.WaitEvent(stream, _mark);
    }

    private long BytesOf(RunShape shape)
    {
        using var plan = new GpuPlan(_code, shape, _network, _names, _context.Card.Processors);
        return plan.Arena.Bytes;
    }

    private EngineGate.Call Enter()
    {
        var call = _gate.Enter();
        try
        {
            if (_driver.IsLost) throw GpuException.Lost(_network.Name);
            _context.MakeCurrent();
            return call;
        }
        catch
        {
            call.Dispose();
            throw;
        }
    }

    private Standing Stand(string mode, string purpose) =>
        Own(new Standing(_context, _stream, _loaded, _code.Table(_network.Name), mode, _parameters.Blocks, purpose)
        {
            IsApart = _device.Apart,
        });

    private T Own<T>(T part) where T : IDisposable
    {
        _owned.Push(part);
        return part;
    }

    private nint Stream()
    {
        nint stream = _driver.CreateStream();
        Own(new Disposal(() => _driver.DestroyStream(stream)));
        return stream;
    }

    // The last first, each once. A lost card has nothing to give back, and says so nowhere here.
    private void GiveBack()
    {
        IDisposable[] parts = [new Disposal(_context.MakeCurrentToRelease), .. _owned];
        _owned.Clear();
        Release.All(parts);
    }
}
