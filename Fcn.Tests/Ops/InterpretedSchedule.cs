using Fcn.Generator.Graph;
using Fcn.Generator.Kernels;
using Fcn.Generator.Schedule;
using Fcn.Tests.Kernels;
using Xunit;

namespace Fcn.Tests.Ops;

// A schedule run by the interpreter. Memory holds nothing before its first launch and after its last: a lifetime that is too short, a read
// outside a buffer, of what nobody wrote, or of what another work item writes ends the run.
internal sealed class InterpretedSchedule
{
    /// One float at a time: plain nests throughout, the oracle of every other machine.
    public static readonly Machine Scalar = new("Scalar", 1, 1, 16);

    private readonly OpGraph _op;
    private readonly Machine _machine;
    private readonly NetworkSchedule _schedule;
    private readonly KernelInterpreter _interpreter;
    private readonly Dictionary<Launch, string> _names = [];
    private KernelFrame _frame = new();

    public InterpretedSchedule(OpGraph op, string graph, Machine machine, bool single = false)
    {
        (_op, _machine) = (op, machine);
        _schedule = BuildSchedule.Run(op.Graphs[graph], op.Plan, machine == Scalar ? Scalar : Machine.Kernels);
        var kernels = _schedule.Tiles.Values.SelectMany(t => t.On(machine)).ToList();
        foreach (var launch in _schedule.Launches.Where(l => l.Kernel is not null))
        {
            _names[launch] = $"launch_{_names.Count}";
            kernels.Add(launch.Kernel! with { Name = _names[launch] });
        }
        Assert.Empty(KernelSpec.Faults(kernels, KernelFamily.Cpu));
        _interpreter = new(kernels) { Single = single };
    }

    /// Runs with the op's present values.
    public Outcome Run()
    {
        Fill();
        for (int i = 0; i < _schedule.Launches.Count; i++)
        {
            foreach (var buffer in _schedule.Buffers.Where(b => b.First == i && b.Field != "Image")) _frame.Buffers[buffer.Field].Forget();
            var launch = _schedule.Launches[i];
            if (launch.Kind == LaunchKind.ClearHalo) ClearHalo(launch);
            else _interpreter.Run(_names[launch], Arguments(launch), 0, (int)Host(launch.Items));
            if (i == _schedule.Launches.Count - 1) break;
            foreach (var buffer in _schedule.Buffers.Where(b => b.Last == i)) _frame.Buffers[buffer.Field].Forget();
        }
        return Result();
    }

    private void Fill()
    {
        _frame = new KernelFrame();
        _frame.Set("N", _op.Images).Set("H", _op.Height).Set("W", _op.Width);
        _frame.Set("TilePixels", _machine.Pixels).Set("TileBlocks", _machine.BlocksPerTile);
        _frame.Set("Accumulate", 0).Set("Seed", _op.Seed).Set("LossScale", _op.LossScale);
        foreach (var map in _schedule.Maps.Where(m => m.Size != Extent.Input))
            _frame.Set($"{map.Name}_H", map.Size.At(_op.Height)).Set($"{map.Name}_W", map.Size.At(_op.Width));
        double[] memory = _op.Memory();
        _frame.Set(KernelBuffer.Of("Parameters", memory)).Set(new KernelBuffer("Gradients", Element.Float, memory.Length));
        if (_schedule.Maps.FirstOrDefault(m => m.Name == "Scores") is { } scores)
        {
            int plane = scores.Size.At(_op.Height) * scores.Size.At(_op.Width);
            _frame.Set(new KernelBuffer("Scores", Element.Float, _op.Images * scores.Channels * plane));
        }
        var labels = new KernelBuffer("Labels", Element.Byte, _op.Images * _op.Height * _op.Width);
        _frame.Set(_op.Labels is null ? labels : labels.Put(Array.ConvertAll(_op.Labels, l => (double)l)));
        foreach (var buffer in _schedule.Buffers)
        {
            var element = buffer.Field == "Losses" ? Element.Double : Element.Float;
            _frame.Set(new KernelBuffer(buffer.Field, element, (int)(Host(buffer.Bytes) / (element == Element.Double ? 8 : 4))));
        }
        FillImage(_schedule.Maps.Single(m => m.Name == "Image"));
    }

    private void FillImage(MapBuffer image)
    {
        if (!_frame.Buffers.TryGetValue("Image", out var buffer)) return;
        buffer.Clear();
        double[] pixels = _op.Pixels();
        int row = _op.Width * image.Channels, pitch = row + 2 * image.Halo * image.Channels;
        for (int i = 0; i < pixels.Length; i++)
        {
            int line = i / row, n = line / _op.Height, h = line % _op.Height;
            buffer.Put((n * (_op.Height + 2 * image.Halo) + h + image.Halo) * pitch + image.Halo * image.Channels + i % row, pixels[i]);
        }
    }

    private void ClearHalo(Launch launch)
    {
        var map = launch.Map!;
        int height = map.Size.At(_op.Height), width = map.Size.At(_op.Width), halo = map.Halo;
        int at = 0;
        long planes = Host(launch.Items);
        for (long plane = 0; plane < planes; plane++)
            for (int h = -halo; h < height + halo; h++)
                for (int w = -halo; w < width + halo; w++)
                    for (int c = 0; c < map.Block; c++, at++)
                        if (h < 0 || h >= height || w < 0 || w >= width) _frame.Buffers[map.Name].Put(at, 0);
    }

    private Outcome Result()
    {
        var gradients = _frame.Buffers["Gradients"];
        double loss = _frame.Buffers.TryGetValue("Losses", out var losses) ? losses.ToArray().Sum() : 0;
        return new(
            _frame.Buffers.TryGetValue("Scores", out var scores) ? scores.ToArray() : _frame.Buffers["Labels"].ToArray(),
            _op.Parameters.Where(p => gradients.IsWritten((int)_op.Plan.Offsets[p]))
                .ToDictionary(p => p, p => _op.Places(p).Select(at => gradients[(int)at.Packed]).ToArray()),
            loss);
    }

    // What a launch's kernel sees: its roles, as the host computes them from the frame.
    private KernelFrame Arguments(Launch launch)
    {
        var arguments = new KernelFrame();
        foreach (var (role, value) in launch.Arguments)
        {
            if (value.Type == KernelType.Float) arguments.Set(role, _frame.Real(value.Name));
            else if (!value.Type.Pointer) arguments.Set(role, Host(value));
            else
            {
                var (buffer, offset) = Place(value);
                arguments.Set(role, _frame.Buffers[buffer], offset);
            }
        }
        return arguments;
    }

    // An address as a buffer and elements behind its beginning.
    private (string Buffer, long Offset) Place(Value pointer)
    {
        if (pointer.Op == KernelOp.Field) return (pointer.Name, 0);
        var (buffer, offset) = Place(pointer.Sources[0]);
        return (buffer, offset + Host(pointer.Sources[1]) * (pointer.Op == KernelOp.Subtract ? -1 : 1));
    }

    // A size or count as the host computes it.
    private long Host(Value value) => HostValue.Of(value, _frame.Whole);
}
