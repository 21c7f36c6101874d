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
    private readonly CpuArena _arena;
    private readonly EngineGate _gate;

    public CpuEngine(CpuDevice device, NetworkSummary network, CpuProgram code)
    {
        (_device, _network) = (device, network);
        NarrowBuild.WarnOnce(CpuDevice.BestLevel);
        _gate = new EngineGate(this, network.Name);
        _parameters = new ParameterMemory(network, code, device.Pool);
        _plans = new PlanCache<CpuPlan>(shape => new CpuPlan(code.Schedule(shape.Mode), shape));
        _arena = new CpuArena(network.Name);
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
    }

    public override void Segment(InputBatch input, Span<byte> labels)
    {
        using var call = _gate.Enter();
        BatchCheck.Check(_network, input, labels.Length, 1, "labels");
        var plan = Prepare(RunMode.Segment, input);
        fixed (byte* output = labels)
        {
            plan.Frame->Labels = output;
            plan.Schedule.Run(plan.Frame, _device.Pool, _device.Level);
        }
        ScoreCheck.Labels(_network, input, labels);
    }

    public override void Scores(InputBatch input, Span<float> scores)
    {
        using var call = _gate.Enter();
        BatchCheck.Check(_network, input, scores.Length, _network.Classes, "scores");
        var plan = Prepare(RunMode.Scores, input);
        fixed (float* output = scores)
        {
            plan.Frame->Scores = output;
            plan.Schedule.Run(plan.Frame, _device.Pool, _device.Level);
        }
        ScoreCheck.Scores(_network, input, scores);
    }

    public override double Backward(InputBatch input, ReadOnlySpan<byte> labels, in BackwardStep step)
    {
        using var call = _gate.Enter();
        BatchCheck.Check(_network, input, labels.Length, 1, "labels");
        LabelCheck.Check(labels, _network.Classes, input.Height, input.Width);
        var plan = Prepare(RunMode.Training, input);
        var frame = plan.Frame;
        frame->Gradients = _parameters.Gradients;
        frame->Accumulate = step.First ? 0 : 1;
        frame->Seed = Lanes.Fold(step.Seed);
        frame->LossScale = step.LossScale;
        fixed (byte* truth = labels)
        {
            frame->Labels = truth;
            plan.Schedule.Run(frame, _device.Pool, _device.Level);
        }
        double loss = 0;
        for (int i = 0; i < frame->LossCount; i++) loss += frame->Losses[i];
        return loss;
    }

    public override void Update(in SolverStep step)
    {
        using var call = _gate.Enter();
        _parameters.Update(step);
    }

    public override long PlannedBytes(RunMode mode, int images, int height, int width)
    {
        using var call = _gate.Enter();
        return _plans.Get(new RunShape(mode, images, height, width)).Arena.Bytes;
    }

    public override void Dispose()
    {
        if (_gate.IsClosed) return;
        using var call = _gate.Enter();
        _gate.Close();
        Release.All([_plans, _arena, _parameters]);
    }

    private CpuPlan Prepare(RunMode mode, InputBatch input)
    {
        var plan = _plans.Get(new RunShape(mode, input.Images, input.Height, input.Width));
        byte* arena = _arena.Fit(plan.Arena.Bytes, plan.Shape);
        if (_device.Poison) NativeMemory.Fill(arena, (nuint)plan.Arena.Bytes, byte.MaxValue);
        plan.PlaceIn(arena);
        plan.Frame->Parameters = _parameters.Values;
        ImageCopy.Run(_device.Pool, input, plan.Frame->Image, plan.Frame->ImageHalo);
        return plan;
    }
}
