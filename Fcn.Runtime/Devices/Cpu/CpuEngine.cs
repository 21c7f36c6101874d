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
    private readonly EngineNames _names;

    public CpuEngine(CpuDevice device, NetworkSummary network, CpuProgram code)
    {
        (_device, _network) = (device, network);
        NarrowBuild.WarnOnce(CpuDevice.BestLevel);
        _gate = new EngineGate(this, network.Name);
        _names = new EngineNames(network);
        _parameters = new ParameterMemory(network, code, device.Pool);
        _plans = new PlanCache<CpuPlan>(shape => new CpuPlan(network, code, device.Level, shape));
        _arena = new CpuArena(network.Name);
        _prepared = new CpuPrepared(network, code, "Prepare");
        _preparedForTraining = new CpuPrepared(network, code, "PrepareTraining");
        _step = new NativeBlock(sizeof(StepNumbers) + network.Heads.Count * sizeof(double), "A step's numbers need", "Close other programs.");
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

    public override void Segment(InputBatch input, Span<byte> labels, int head = 0)
    {
        using var call = _gate.Enter();
        BatchCheck.Check(_network, input, head, labels.Length, 1, "labels");
        var plan = Prepare(RunMode.Segment, input, head);
        fixed (byte* output = labels)
        {
            plan.Frame.Set(_names.Labels[head], (long)output);
            Run(plan, input, 0);
        }
        ScoreCheck.Labels(_network, input, labels);
    }

    public override void Scores(InputBatch input, Span<float> scores, int head = 0)
    {
        using var call = _gate.Enter();
        BatchCheck.Check(_network, input, head, scores.Length, _network.Heads[head].Classes, "scores");
        var plan = Prepare(RunMode.Scores, input, head);
        fixed (float* output = scores)
        {
            plan.Frame.Set(_names.Scores[head], (long)output);
            Run(plan, input, 0);
        }
        ScoreCheck.Scores(_network, input, head, scores);
    }

    public override double Backward(InputBatch input, ReadOnlySpan<byte> labels, in BackwardStep step, Span<double> losses = default)
    {
        using var call = _gate.Enter();
        BatchCheck.Check(_network, input, 0, labels.Length, _network.Heads.Count, "labels");
        LabelCheck.Check(_network, labels, input.Height, input.Width);
        *(StepNumbers*)_step.Address = new() { Accumulate = step.First ? 0 : 1, Seed = Lanes.Fold(step.Seed), LossScale = step.LossScale };
        var plan = Prepare(RunMode.Training, input, 0);
        plan.Frame.Set("Gradients", (long)_parameters.Gradients);
        int each = labels.Length / _network.Heads.Count;
        fixed (byte* truth = labels)
        {
            for (int head = 0; head < _network.Heads.Count; head++)
            {
                plan.Frame.Set(_names.Labels[head], (long)(truth + (long)head * each));
                plan.Frame.Set(_names.Losses[head], (long)(Losses + head));
            }
            Run(plan, input, 0);
        }
        return TotalLoss.Of(_network, new ReadOnlySpan<double>(Losses, _network.Heads.Count), losses);
    }

    public override void Update(in SolverStep step)
    {
        using var call = _gate.Enter();
        _parameters.Update(step);
        _prepared.IsStale = _preparedForTraining.IsStale = true;
    }

    public override long PlannedBytes(RunMode mode, int images, int height, int width, int head = 0)
    {
        using var call = _gate.Enter();
        long prepared = _prepared.Bytes + (mode == RunMode.Training ? _preparedForTraining.Bytes : 0);
        return prepared + _plans.Get(new RunShape(mode, images, height, width, head)).Arena.Bytes;
    }

    public override void Dispose()
    {
        if (_gate.IsClosed) return;
        using var call = _gate.Enter();
        _gate.Close();
        Release.All([_plans, _arena, _parameters, _prepared, _preparedForTraining, _step]);
    }

    // One for each head.
    private double* Losses => (double*)((byte*)_step.Address + sizeof(StepNumbers));

    // Memory, prepared parameters, and all addresses but those of the caller's memory.
    private CpuPlan Prepare(RunMode mode, InputBatch input, int head)
    {
        var plan = _plans.Get(new RunShape(mode, input.Images, input.Height, input.Width, head));
        byte* arena = _arena.Fit(plan.Arena.Bytes, plan.Shape);
        if (_device.Poison) NativeMemory.Fill(arena, (nuint)plan.Arena.Bytes, byte.MaxValue);
        plan.PlaceIn(arena);
        plan.Frame.Set("Parameters", (long)_parameters.Values);
        plan.Frame.Set("Step", (long)_step.Address);
        _prepared.Provide(plan.Frame, _parameters.Values, _device.Pool, _device.Level);
        if (mode == RunMode.Training) _preparedForTraining.Provide(plan.Frame, _parameters.Values, _device.Pool, _device.Level);
        return plan;
    }

    // The caller's memory is read and written where it lies: inputs from this one on are fixed one after the other, then the kernels run.
    private void Run(CpuPlan plan, InputBatch input, int from)
    {
        if (from == input.Inputs.Count)
        {
            plan.Run(_device.Pool);
            return;
        }
        fixed (float* pixels = input.Inputs[from].Pixels)
        {
            plan.Frame.Set(_names.Images[from], (long)pixels);
            Run(plan, input, from + 1);
        }
    }
}
