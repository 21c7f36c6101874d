using Fcn.Generator.Kernels;
using Fcn.Generator.Schedule;
using Fcn.Generator.Schedule.Gpu;
using Fcn.Generator.Schedule.Gpu.Kernels;
using Xunit;

namespace Fcn.Tests.Ops;

// An op's graphs, scheduled for a GPU machine, rendered to a target's code and run by the emulator.
internal sealed class EmulatedSchedule : IDisposable
{
    private readonly EmulatedDevice _device;
    private readonly OpGraph _op;
    private readonly GpuMachine _machine;
    private readonly Dictionary<string, ModeSchedule> _modes;
    private readonly IReadOnlyList<ModeSchedule> _prepare;

    /// Few processors: sums are still split, and launches stay small. Damage: what a test does to schedules to see it found.
    public EmulatedSchedule(
        OpGraph op, GpuMachine machine, IKernelTarget? target = null, int processors = 2, Func<ModeSchedule, ModeSchedule>? damage = null)
    {
        target ??= EmulatedPtx.Target;
        _device = new(target);
        (_op, _machine) = (op, machine);
        var preparation = new Preparation();
        _modes = op.Graphs.ToDictionary(g => g.Key, g => new GpuPlanner(g.Value, op.GpuPlan, machine, preparation).Plan(g.Key));
        if (damage is not null) _modes = _modes.ToDictionary(m => m.Key, m => damage(m.Value));
        _prepare = preparation.Schedules;
        var kernels = _modes.Values.Concat(_prepare).SelectMany(m => m.Kernels).ToList();
        target.Announce(kernels.Append(GpuUpdateKernel.Lower().Kernel));
        Assert.Empty(kernels.SelectMany(k => KernelSpec.Faults([k], KernelFamily.Gpu)));

        _device.Set("N", op.Images);
        _device.Set("H", op.Height);
        _device.Set("W", op.Width);
        _device.Set("Processors", processors);
        _device.Set("ParameterBlocks", (int)(op.GpuPlan.Floats / GpuParameterPlan.Unit));
        _device.Write<float>("Parameters", Array.ConvertAll(op.GpuMemory(), v => (float)v));
        foreach (var input in op.Inputs) _device.Write<float>(EngineField.Image(input).Name, Array.ConvertAll(op.Pixels(input), v => (float)v));
    }

    /// Weights changed: what convolutions read of them is packed anew.
    public EmulatedSchedule Packed()
    {
        foreach (var mode in _prepare) _device.Run(mode, _machine, keep: true);
        return this;
    }

    /// Runs one graph on packed weights. Outputs are new memory, but for gradients that are added to.
    public Outcome Run(string graph, bool accumulate = false)
    {
        if (!accumulate) NewGradients();
        foreach (var head in _op.Heads)
        {
            string labels = EngineField.Labels(head).Name;
            _device.Allocate(labels, _op.Images * _op.Height * _op.Width);
            _device.Allocate(EngineField.Loss(head).Name, 8);
            if (_op.LabelsOf(head) is { } given && !graph.StartsWith("labels", StringComparison.Ordinal)) _device.Write<byte>(labels, given);
        }
        var fields = _op.Fields(graph);
        _device.Write<int>("Step", [accumulate ? 1 : 0, _op.Seed, BitConverter.SingleToInt32Bits((float)_op.LossScale), 0, 0, 0, 0]);
        var scores = _op.Leaving(graph);
        if (scores is not null) _device.Allocate(fields.Scores, _op.Count(scores) * 4);
        _device.Run(_modes[graph], _machine);
        double[] map = scores is not null ? [.. _device.Read<float>(fields.Scores).Select(v => (double)v)]
            : graph.StartsWith("labels", StringComparison.Ordinal) ? [.. _device.Read<byte>(fields.Labels).Select(v => (double)v)] : [];
        var losses = _op.Losses(graph).Select(l => (l.Head, Loss: _device.Read<double>(l.Cell)[0])).ToList();
        return new(map, Gradients(), losses.Sum(static l => l.Head.LossWeight * l.Loss)) { Losses = [.. losses.Select(static l => l.Loss)] };
    }

    /// Caffe's SGD on the gradients of the last run. Multipliers by parameter: rate and decay.
    public void Update(float rate, float momentum, float decay, float scale, Func<string, (float Rate, float Decay)> multipliers)
    {
        if (!_device.Has("Momentum")) _device.Write<float>("Momentum", new float[_op.GpuPlan.Floats]);
        var blocks = new float[_op.GpuPlan.Floats / GpuParameterPlan.Unit * 2];
        foreach (var (name, weight) in _op.GpuPlan.Weights)
            for (long at = 0; at < weight.Length; at += GpuParameterPlan.Unit)
            {
                long block = (_op.GpuPlan.Offsets[name] + at) / GpuParameterPlan.Unit;
                (blocks[2 * block], blocks[2 * block + 1]) = multipliers(name);
            }
        _device.Write<float>("Multipliers", blocks);
        int Bits(float value) => BitConverter.SingleToInt32Bits(value);
        _device.Write<int>("Step", [0, 0, 0, Bits(rate), Bits(momentum), Bits(decay), Bits(scale)]);
        _device.Run(new(Modes.Update, 1, [], [], [], [GpuUpdateKernel.Lower()]), _machine);
    }

    /// A parameter as it is now, in OIHW order.
    public float[] Values(string parameter)
    {
        float[] packed = _device.Read("Parameters", _op.GpuPlan.Offsets[parameter], (int)_op.GpuPlan.Weights[parameter].Length)!;
        return [.. _op.GpuPlaces(parameter).Select(at => packed[at])];
    }

    public void Dispose() => _device.Dispose();

    // What is reserved behind a parameter's values is zero; the values are never written.
    private void NewGradients()
    {
        _device.Allocate("Gradients", (int)_op.GpuPlan.Floats * 4);
        foreach (var (name, weight) in _op.GpuPlan.Weights)
        {
            long end = (weight.Length + GpuParameterPlan.Unit - 1) / GpuParameterPlan.Unit * GpuParameterPlan.Unit;
            _device.Write("Gradients", _op.GpuPlan.Offsets[name] + weight.Length, new float[end - weight.Length]);
        }
    }

    private Dictionary<string, double[]> Gradients()
    {
        var gradients = new Dictionary<string, double[]>();
        foreach (string parameter in _op.Parameters)
        {
            var weight = _op.GpuPlan.Weights[parameter];
            if (_device.Read("Gradients", _op.GpuPlan.Offsets[parameter], (int)weight.Length) is not { } packed) continue;
            gradients[parameter] = [.. _op.GpuPlaces(parameter).Select(at => (double)packed[at])];
        }
        return gradients;
    }
}
