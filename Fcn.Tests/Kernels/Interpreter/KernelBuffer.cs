using Fcn.Generator.Kernels;

namespace Fcn.Tests.Kernels;

// Memory that the interpreter lends to kernels. Every cell knows whether it was ever written and which work item of the running launch
// touched it, so that what would be garbage or a race on a machine is an error here.
internal sealed class KernelBuffer(string name, Element element, int length)
{
    private const int Never = -1;
    private const int Before = 0;

    private readonly double[] _cells = new double[length];
    private readonly int[] _written = Filled(length, Never);
    private readonly int[] _writer = new int[length];
    private readonly int[] _read = new int[length];
    private readonly int[] _reader = new int[length];

    public string Name { get; } = name;

    public Element Element { get; } = element;

    public int Length => _cells.Length;

    public double this[int index] => _written[index] == Never ? throw new KernelFault($"{Place(index)} was never written") : _cells[index];

    public static KernelBuffer Of(string name, IReadOnlyList<double> values, Element element = Element.Float) =>
        new KernelBuffer(name, element, values.Count).Put(values);

    public static KernelBuffer Of(string name, IReadOnlyList<float> values) => Of(name, values.Select(v => (double)v).ToList());

    public static KernelBuffer Of(string name, IReadOnlyList<byte> values) =>
        Of(name, values.Select(v => (double)v).ToList(), Element.Byte);

    public KernelBuffer Put(IReadOnlyList<double> values)
    {
        if (values.Count != Length) throw new ArgumentException($"'{Name}' has {Length} elements, not {values.Count}.");
        for (int i = 0; i < Length; i++) (_cells[i], _written[i]) = (values[i], Before);
        return this;
    }

    /// All zeros, written before the next launch.
    public KernelBuffer Clear() => Put(new double[Length]);

    /// Writes one cell before the next launch.
    public void Put(int index, double value) => (_cells[index], _written[index]) = (value, Before);

    /// What a buffer holds whose lifetime has not begun or has ended: nothing that may be read.
    public KernelBuffer Forget()
    {
        for (int i = 0; i < Length; i++) (_cells[i], _written[i]) = (double.NaN, Never);
        return this;
    }

    public bool IsWritten(int index) => _written[index] != Never;

    public double[] ToArray() => Enumerable.Range(0, Length).Select(i => this[i]).ToArray();

    internal double Load(long index, KernelRun run)
    {
        Inside(index, "reads");
        if (_written[index] == Never)
            return run.Poison ? double.NaN : throw new KernelFault($"reads {Place(index)}, which was never written");
        if (_written[index] == run.Launch && _writer[index] != run.Item)
            throw new KernelFault($"reads {Place(index)}, which item {_writer[index]} wrote in the same launch: a race");
        (_read[index], _reader[index]) = (run.Launch, run.Item);
        return _cells[index];
    }

    internal void Store(long index, double value, KernelRun run)
    {
        Inside(index, "writes");
        if (_written[index] == run.Launch && _writer[index] != run.Item)
            throw new KernelFault($"writes {Place(index)}, which item {_writer[index]} wrote in the same launch: a race");
        if (_read[index] == run.Launch && _reader[index] != run.Item)
            throw new KernelFault($"writes {Place(index)}, which item {_reader[index]} read in the same launch: a race");
        (_cells[index], _written[index], _writer[index]) = (value, run.Launch, run.Item);
    }

    private void Inside(long index, string verb)
    {
        if (index < 0 || index >= Length) throw new KernelFault($"{verb} {Place(index)}, which has {Length} elements");
    }

    private string Place(long index) => FormattableString.Invariant($"'{Name}'[{index}]");

    private static int[] Filled(int length, int value)
    {
        var filled = new int[length];
        for (int i = 0; i < length; i++) filled[i] = value;
        return filled;
    }
}

/// A pointer while a kernel runs. It may leave its buffer as long as nothing is read or written there.
internal readonly struct KernelPointer(KernelBuffer buffer, long offset)
{
    public KernelBuffer Buffer { get; } = buffer;

    public long Offset { get; } = offset;

    public static KernelPointer Advance(KernelPointer pointer, long by) => new(pointer.Buffer, checked(pointer.Offset + by));

    public static KernelPointer Retreat(KernelPointer pointer, long by) => new(pointer.Buffer, checked(pointer.Offset - by));

    public static double Load(KernelPointer pointer, long offset, KernelRun run) =>
        pointer.Buffer.Load(checked(pointer.Offset + offset), run);

    public static double[] LoadLanes(KernelPointer pointer, long offset, int lanes, KernelRun run)
    {
        var values = new double[lanes];
        for (int i = 0; i < lanes; i++) values[i] = Load(pointer, offset + i, run);
        return values;
    }

    public static void Store(KernelPointer pointer, long offset, double value, KernelRun run) =>
        pointer.Buffer.Store(checked(pointer.Offset + offset), value, run);

    public static void StoreLanes(KernelPointer pointer, long offset, double[] values, KernelRun run)
    {
        for (int i = 0; i < values.Length; i++) Store(pointer, offset + i, values[i], run);
    }
}
