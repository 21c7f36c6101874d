using Fcn.Generator.Kernels;

namespace Fcn.Tests.Kernels;

// What a launch gives its kernel by name: sizes, factors and memory. The counterpart of a launch's arguments.
internal sealed class KernelFrame
{
    private readonly Dictionary<string, long> _wholes = [];
    private readonly Dictionary<string, double> _reals = [];
    private readonly Dictionary<string, KernelBuffer> _buffers = [];
    private readonly Dictionary<string, long> _offsets = [];

    public IReadOnlyDictionary<string, KernelBuffer> Buffers => _buffers;

    public KernelFrame Set(string name, long whole)
    {
        _wholes[name] = whole;
        return this;
    }

    public KernelFrame Set(string name, double real)
    {
        _reals[name] = real;
        return this;
    }

    /// Under the buffer's own name.
    public KernelFrame Set(KernelBuffer buffer) => Set(buffer.Name, buffer);

    /// Offset: in elements, where the pointer of this name points.
    public KernelFrame Set(string name, KernelBuffer buffer, long offset = 0)
    {
        (_buffers[name], _offsets[name]) = (buffer, offset);
        return this;
    }

    public long Whole(string name) => _wholes.TryGetValue(name, out long whole) ? whole : throw Missing(name, "whole number");

    public int Int(string name) => checked((int)Whole(name));

    public double Real(string name) => _reals.TryGetValue(name, out double real) ? real : throw Missing(name, "number");

    public KernelPointer Pointer(string name, Element element)
    {
        if (!_buffers.TryGetValue(name, out var buffer)) throw Missing(name, "buffer");
        if (buffer.Element != element) throw new KernelFault($"takes the buffer '{name}' for {element}, but it holds {buffer.Element}");
        return new(buffer, _offsets.GetValueOrDefault(name));
    }

    private static KernelFault Missing(string name, string what) =>
        new($"reads the field '{name}', but the frame has no {what} of this name");
}

/// One launch under way.
internal sealed class KernelRun(KernelFrame frame, int launch, bool poison)
{
    private readonly Stack<string> _functions = [];

    public KernelFrame Frame { get; } = frame;

    /// Ordinal of this launch, from 1.
    public int Launch { get; } = launch;

    /// Whether memory that was never written reads as NaN instead of ending the launch.
    public bool Poison { get; } = poison;

    public int Item { get; set; }

    public void Enter(string function)
    {
        if (_functions.Contains(function)) throw new KernelFault($"'{function}' calls itself");
        _functions.Push(function);
    }

    public void Leave() => _functions.Pop();

    public KernelFault Locate(string kernel, string fault) =>
        new(FormattableString.Invariant($"Kernel '{kernel}', item {Item}{string.Concat(Callers)}: {fault}."));

    private IEnumerable<string> Callers => _functions.Reverse().Select(f => $", in '{f}'");
}

/// A kernel did what no machine may be asked to do.
internal sealed class KernelFault(string message) : Exception(message);
