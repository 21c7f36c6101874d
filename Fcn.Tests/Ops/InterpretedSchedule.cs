using Fcn.Generator.Kernels;
using Fcn.Generator.Schedule;
using Fcn.Generator.Schedule.Gpu;
using Fcn.Tests.Kernels;
using Xunit;

namespace Fcn.Tests.Ops;

// A schedule of CPUs run by the interpreter. Memory holds nothing before its first launch and after its last: a lifetime that is too short, a
// read outside a buffer, of what nobody wrote, or of what another work item writes ends the run.
internal sealed class InterpretedSchedule
{
    /// One float at a time: plain nests throughout, the oracle of every other machine.
    public static readonly Machine Scalar = new("Scalar", 1, 1, 16);

    private readonly OpGraph _op;
    private readonly string _graph;
    private readonly Machine _machine;
    private readonly IReadOnlyList<ModeSchedule> _modes;
    private readonly KernelInterpreter _interpreter;
    private readonly Dictionary<string, long> _frame = [];
    private readonly Dictionary<string, KernelBuffer> _memory = [];

    public InterpretedSchedule(OpGraph op, string graph, Machine machine, bool single = false)
    {
        (_op, _graph, _machine) = (op, graph, machine);
        var (preparation, tiles) = (new Preparation(), new ContractionTiles());
        var mode = new CpuPlanner(op.Graphs[graph], op.Plan, machine == Scalar ? Scalar : Machine.Kernels, preparation, tiles).Plan(graph);
        _modes = [.. preparation.Schedules, mode];
        // Kernels of one name may differ: that their texts get names of their own is the emitter's.
        var launches = _modes.SelectMany((m, number) => m.Launches.Select((l, i) => (Launch: l, Name: Name(number, i))));
        List<Kernel> kernels = [.. launches.Where(l => !l.Launch.IsOfRuntime).Select(l => l.Launch.Kernel with { Name = l.Name })];
        var functions = tiles.Families.Values.SelectMany(t => t.On(machine)).ToList();
        Assert.Empty(KernelSpec.Faults([.. kernels, .. functions], KernelFamily.Cpu));
        _interpreter = new([.. kernels, .. functions]) { Single = single };
    }

    /// Runs with the op's present values.
    public Outcome Run()
    {
        Fill();
        for (int mode = 0; mode < _modes.Count; mode++) Run(mode);
        return Result();
    }

    private static string Name(int mode, int launch) => FormattableString.Invariant($"launch{launch}_of_mode{mode}");

    private void Run(int number)
    {
        var mode = _modes[number];
        for (int i = 0; i < mode.Launches.Count; i++)
        {
            foreach (var buffer in mode.Buffers.Where(b => b.First == i)) _memory[buffer.Name].Forget();
            var launch = mode.Launches[i];
            if (launch.IsOfRuntime) new InterpretedRuntime(launch, Number, Memory).Run();
            else _interpreter.Run(Name(number, i), Arguments(launch), 0, checked((int)Number(launch.Blocks)));
            // What the last launch leaves is looked at.
            if (i == mode.Launches.Count - 1) break;
            foreach (var buffer in mode.Buffers.Where(b => b.Last == i)) _memory[buffer.Name].Forget();
        }
    }

    private KernelFrame Arguments(Launch launch)
    {
        var frame = new KernelFrame();
        foreach (var (role, argument) in launch.Parameters.Zip(launch.Arguments))
        {
            if (!role.Type.Pointer)
            {
                frame.Set(role.Name, Number(argument));
                continue;
            }
            long bytes = HostValue.Of(argument, name => _memory.ContainsKey(name) ? 0 : _frame[name]);
            frame.Set(role.Name, Memory(argument), bytes / GpuMap.BytesOf(role.Type.Element));
        }
        return frame;
    }

    private void Fill()
    {
        _frame.Clear();
        _memory.Clear();
        (_frame["N"], _frame["H"], _frame["W"]) = (_op.Images, _op.Height, _op.Width);
        (_frame["TilePixels"], _frame["TileBlocks"]) = (_machine.Pixels, _machine.BlocksPerTile);
        double[] memory = _op.Memory();
        Keep(KernelBuffer.Of("Parameters", memory));
        Keep(new("Gradients", Element.Float, memory.Length));
        foreach (var input in _op.Inputs) Keep(KernelBuffer.Of(EngineField.Image(input).Name, _op.Pixels(input)));
        Keep(KernelBuffer.Of("Step", [0, _op.Seed, BitConverter.SingleToInt32Bits((float)_op.LossScale)], Element.Int));
        if (_op.Leaving(_graph) is { } scores) Keep(new(_op.Fields(_graph).Scores, Element.Float, _op.Count(scores)));
        foreach (var head in _op.Heads)
        {
            Keep(new(EngineField.Loss(head).Name, Element.Double, 1));
            var labels = new KernelBuffer(EngineField.Labels(head).Name, Element.Byte, _op.Images * _op.Height * _op.Width);
            Keep(_op.LabelsOf(head) is { } given ? labels.Put(Array.ConvertAll(given, l => (double)l)) : labels);
        }
        foreach (var mode in _modes)
        {
            HostValue.Measure(mode, _frame);
            foreach (var buffer in mode.Buffers)
            {
                var element = mode.Launches.SelectMany(l => l.Arguments).Where(a => a.Type.Pointer).Select(HostValue.Root)
                    .First(root => root.Name == buffer.Name).Type.Element;
                Keep(new(buffer.Name, element, (int)(Number(buffer.Bytes) / GpuMap.BytesOf(element))));
            }
        }
    }

    private void Keep(KernelBuffer buffer) => _memory[buffer.Name] = buffer;

    private long Number(Value value) => HostValue.Of(value, _frame);

    private KernelBuffer Memory(Value pointer) => _memory[HostValue.Root(pointer).Name];

    private Outcome Result()
    {
        var (gradients, fields) = (_memory["Gradients"], _op.Fields(_graph));
        var losses = _op.Losses(_graph).Select(l => (l.Head, Loss: _memory[l.Cell][0])).ToList();
        return new(
            _memory.TryGetValue(fields.Scores, out var scores) ? scores.ToArray() : _memory[fields.Labels].ToArray(),
            _op.Parameters.Where(p => gradients.IsWritten((int)_op.Plan.Offsets[p]))
                .ToDictionary(p => p, p => _op.Places(p).Select(at => gradients[(int)at.Packed]).ToArray()),
            losses.Sum(static l => l.Head.LossWeight * l.Loss)) { Losses = [.. losses.Select(static l => l.Loss)] };
    }
}
