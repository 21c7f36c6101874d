using Fcn.Devices.Schedules;
using System.Runtime.InteropServices;

namespace Fcn.Devices.Cpu;

// A network on a CPU device: takes batches in, lets the generated schedules run over frame and arena, gives labels, scores and losses out.
// Labels and scores are read and written by the kernels in the caller's own memory.
internal sealed unsafe class CpuEngine : Engine
{
    private readonly NetworkSummary _network;
    private readonly CpuDevice _device;
    private readonly ParameterMemory _parameters;
    private readonly PlanCache<CpuPlan> _plans;
    private readonly NativeBlock _step;
    private readonly CpuPrepared _prepared, _preparedForTraining;
    private readonly CpuArena _arena;
    private readonly EngineGate _gate;

    public CpuEngine(CpuDevice device, NetworkSummary network, CpuProgram code)
    {
        (_device, _network) = (device, network);
        NarrowBuild.WarnOnce(CpuDevice.BestLevel);
        _gate = new EngineGate(this, network.Name);
        _parameters = new ParameterMemory(network, code, device.Pool);
        _plans = new PlanCache<CpuPlan>(shape => new CpuPlan(network, code, device.Level, shape));
        _arena = new CpuArena(network.Name);
        _prepared = new CpuPrepared(network, code, "Prepare");
        _preparedForTraining = new CpuPrepared(network, code, "PrepareTraining");
        _step = new NativeBlock(sizeof(StepNumbers) + sizeof(double), "A step's numbers need", "Close other programs.");
    }

    public override string Device => _device.Name;

    /// Bytes of parameters, and of gradients and momentum once training has begun.
    public long ParameterBytes => _parameters.Bytes;

    /// Bytes of the arena as it stands.
    public long ArenaBytes => _arena.Bytes;

    public override void Read(ParameterStore store, int parameter, Span<float> values)
    {
        using var call = _gate.Enter();
        _parameters.Read(store, parameter, values);
    }

    public override void Write(ParameterStore store, int parameter, ReadOnlySpan<float> values)
    {
        using var call = _gate.Enter();
        _parameters.Write(store, parameter, values);
        if (store == ParameterStore.Values) _prepared.IsStale = _preparedForTraining.IsStale = true;
    }

    public override void Segment(InputBatch input, Span<byte> labels)
    {
        using var call = _gate.Enter();
        BatchCheck.Check(_network, input, labels.Length, 1, "labels");
        fixed (byte* output = labels) Run(RunMode.Segment, input, "Labels", output);
        ScoreCheck.Labels(_network, input, labels);
    }

    public override void Scores(InputBatch input, Span<float> scores)
    {
        using var call = _gate.Enter();
        BatchCheck.Check(_network, input, scores.Length, _network.Classes, "scores");
        fixed (float* output = scores) Run(RunMode.Scores, input, "Scores", output);
        ScoreCheck.Scores(_network, input, scores);
    }

    public override double Backward(InputBatch input, ReadOnlySpan<byte> labels, in BackwardStep step)
    {
        using var call = _gate.Enter();
        BatchCheck.Check(_network, input, labels.Length, 1, "labels");
        LabelCheck.Check(labels, _network.Classes, input.Height, input.Width);
        *(StepNumbers*)_step.Address = new() { Accumulate = step.First ? 0 : 1, Seed = Lanes.Fold(step.Seed), LossScale = step.LossScale };
        fixed (byte* truth = labels) Run(RunMode.Training, input, "Labels", truth);
        return *Loss;
    }

    public override void Update(in SolverStep step)
    {
        using var call = _gate.Enter();
        _parameters.Update(step);
        _prepared.IsStale = _preparedForTraining.IsStale = true;
    }

    public override long PlannedBytes(RunMode mode, int images, int height, int width)
    {
        using var call = _gate.Enter();
        long prepared = _prepared.Bytes + (mode == RunMode.Training ? _preparedForTraining.Bytes : 0);
        return prepared + _plans.Get(new RunShape(mode, images, height, width)).Arena.Bytes;
    }

    public override void Dispose()
    {
        if (_gate.IsClosed) return;
        using var call = _gate.Enter();
        _gate.Close();
        Release.All([_plans, _arena, _parameters, _prepared, _preparedForTraining, _step]);
    }

    private double* Loss => (double*)((byte*)_step.Address + sizeof(StepNumbers));

    // The caller's memory is read and written where it lies.
    private void Run(RunMode mode, InputBatch input, string name, void* memory)
    {
        var plan = _plans.Get(new RunShape(mode, input.Images, input.Height, input.Width));
        byte* arena = _arena.Fit(plan.Arena.Bytes, plan.Shape);
        if (_device.Poison) NativeMemory.Fill(arena, (nuint)plan.Arena.Bytes, byte.MaxValue);
        plan.PlaceIn(arena);
        var frame = plan.Frame;
        frame.Set("Parameters", (long)_parameters.Values);
        _prepared.Provide(frame, _parameters.Values, _device.Pool, _device.Level);
        if (mode == RunMode.Training)
        {
            frame.Set("Gradients", (long)_parameters.Gradients);
            _preparedForTraining.Provide(frame, _parameters.Values, _device.Pool, _device.Level);
        }
        frame.Set("Step", (long)_step.Address);
        frame.Set("Loss", (long)Loss);
        frame.Set(name, (long)memory);
        fixed (float* pixels = input.Pixels)
        {
            frame.Set("Image", (long)pixels);
            plan.Run(_device.Pool);
        }
    }
}
