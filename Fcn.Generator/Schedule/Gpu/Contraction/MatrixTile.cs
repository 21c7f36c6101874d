using Fcn.Generator.Kernels;

namespace Fcn.Generator.Schedule.Gpu.Contraction;

// The inner part of every contraction on matrix units: a block's tile of Rows x Columns sums lies in the registers of its warps; stages stream
// through shared memory, copied Stages - 1 ahead. A step is straight code: the assembler mixes reads of fragments and products by itself, in a tenth of
// the time and with 30 registers less than when fragments are loaded a part ahead here.
internal sealed class MatrixTile
{
    public const int Stages = 3, Parts = 4;

    private readonly KernelBuilder _k;
    private readonly MatrixUnit _unit;
    private readonly int _stageBytes, _columns;
    private readonly Value[,,] _sums;        // the accumulators c of c += a b: m16 tile, n8 tile, element
    private readonly Value[][] _a, _b;       // tile, word
    private readonly Value _write, _read;

    public MatrixTile(KernelBuilder kernel, GpuMachine machine, int rows, int columns, int stageBytes)
    {
        (_k, _unit, _stageBytes, _columns) = (kernel, machine.Unit, stageBytes, columns);
        Threads = ThreadsOf(machine, rows, columns);
        int rowWarps = columns < 64 ? Threads / 32 : rows >= 64 ? 2 : 1;
        (WarpRows, WarpColumns) = (rows / rowWarps, columns / (Threads / 32 / rowWarps));
        Memory = kernel.Shared("stages", Element.Byte, Stages * stageBytes);
        Lane = kernel.Let("lane", Value.Thread & 31);
        Value warp = kernel.Let("warp", Value.Thread >> 5);
        FirstRow = kernel.Let("warp_row", warp % rowWarps * WarpRows);
        FirstColumn = kernel.Let("warp_column", warp / rowWarps * WarpColumns);
        _write = kernel.Let("write", 0);
        _read = kernel.Let("read", 0);
        _sums = new Value[WarpRows / 16, WarpColumns / 8, 4];
        for (int i = 0; i < WarpRows / 16; i++)
            for (int j = 0; j < WarpColumns / 8; j++)
                for (int e = 0; e < 4; e++) _sums[i, j, e] = kernel.Let(FormattableString.Invariant($"c{(i * (WarpColumns / 8) + j) * 4 + e}"), Value.Float(0));
        _a = Fragments("a", WarpRows / 16, 4);
        _b = Fragments("b", WarpColumns / 8, 2);
    }

    public int Threads { get; }

    /// Rows and columns of a warp's tile.
    public int WarpRows { get; }

    public int WarpColumns { get; }

    /// All stages, in bytes.
    public Value Memory { get; }

    public Value Lane { get; }

    /// First row and column of this thread's warp in the block's tile.
    public Value FirstRow { get; }

    public Value FirstColumn { get; }

    // Tiles of 64 x 64 per warp need the fewest reads of shared memory; split factors take twice the registers and so half the tile.
    public static int ThreadsOf(GpuMachine machine, int rows, int columns) =>
        machine.Unit == MatrixUnit.SplitTensorFloat && rows * columns == 128 * 128 ? 256 : 128;

    /// Element 0..3 of an m16 x n8 tile: row 16 i + lane / 4 + 8 (e / 2), column 8 j + 2 (lane % 4) + e % 2.
    public Value Sum(int i, int j, int e) => _sums[i, j, e];

    /// Floats between two rows of spilled sums: neighbouring rows begin four banks apart.
    public int SpillPitch => _columns + 4;

    /// copies(step, place): start the copies of a step to a place in Memory, none behind the end.
    /// load(part, place, a, b): fills fragments from a quarter of the stage at a place.
    public void Run(Value first, Value end, IReadOnlyList<Action<Value, Value>> copies, Action<Value, Value, Value[][], Value[][]> load)
    {
        _k.Comment(FormattableString.Invariant($"Copies run {Stages - 1} steps ahead: the first turns do nothing else."));
        _k.For("step", first - (Stages - 1), end, step =>
        {
            _k.Comment("Until the stage has arrived for all, and all have left the one that is filled next.");
            _k.AsyncWait(Stages - 2);
            _k.Barrier();
            foreach (var copy in copies) copy(step + (Stages - 1), _write);
            _k.AsyncCommit();
            Advance(_write);
            _k.If(step >= first, () =>
            {
                _k.Unrolled("part", Parts, part =>
                {
                    load(part, _read, _a, _b);
                    Multiply(_a, _b);
                });
                Advance(_read);
            });
        });
        _k.AsyncWait(0);
    }

    /// All sums into shared memory, where the stages were: rows of SpillPitch floats. Where columns are permuted so that a lane's sums of neighbouring n8 tiles
    /// are neighbours, they are stored as vectors of 8; as the units have them, neighbours are two.
    public Value Spill(int neighbours)
    {
        _k.Barrier();
        Value sums = Memory.Bits(Element.Float);
        Value at = _k.Let("spill", sums + ((FirstRow + (Lane >> 2)) * SpillPitch + FirstColumn + (Lane & 3) * neighbours));
        for (int i = 0; i < WarpRows / 16; i++)
            for (int half = 0; half < 2; half++)
                for (int j = 0; j < WarpColumns / 8; j += neighbours / 2)
                    _k.Store(at, (16 * i + 8 * half) * SpillPitch + 8 * j, Value.Compose(
                        [.. Enumerable.Range(0, neighbours).Select(e => Sum(i, j + e / 2, 2 * half + e % 2))]));
        _k.Barrier();
        return sums;
    }

    private void Advance(Value place)
    {
        Value next = _k.Let("next", place + _stageBytes);
        _k.Assign(place, Value.Select(next.Equals(Stages * _stageBytes), Value.Int(0), next));
    }

    // Every second row of tiles goes backwards: the fragment used last is used first. Of split factors all tiles take one product before any takes the
    // next, the least first: products of one tile wait for each other.
    private void Multiply(Value[][] a, Value[][] b)
    {
        if (_unit != MatrixUnit.SplitTensorFloat)
        {
            Products(a, b);
            return;
        }
        var (aSplit, bSplit) = (a.Select(Split).ToList(), b.Select(Split).ToList());
        Value[][] aBig = [.. aSplit.Select(static s => s.Big)], bBig = [.. bSplit.Select(static s => s.Big)];
        Products([.. aSplit.Select(static s => s.Small)], bBig);
        Products(aBig, [.. bSplit.Select(static s => s.Small)]);
        Products(aBig, bBig);
    }

    private void Products(Value[][] a, Value[][] b)
    {
        string format = _unit == MatrixUnit.BFloat16 ? MatrixFormat.BFloat16 : MatrixFormat.TensorFloat;
        for (int i = 0; i < a.Length; i++)
            for (int n = 0; n < b.Length; n++)
            {
                int j = i % 2 == 0 ? n : b.Length - 1 - n;
                _k.MatrixMultiply(format, [_sums[i, j, 0], _sums[i, j, 1], _sums[i, j, 2], _sums[i, j, 3]], a[i], b[j]);
            }
    }

    // x = big + small, each as wide as TF32 factors are: big is x cut off, which makes small exact; small is rounded by half a last bit, since the units
    // cut off the rest. 21 bits of mantissa together; the product of the smalls is below fp32's last bit and left out.
    private (Value[] Big, Value[] Small) Split(Value[] words)
    {
        var (bigs, smalls) = (new Value[words.Length], new Value[words.Length]);
        for (int w = 0; w < words.Length; w++)
        {
            Value big = _k.Let("big", words[w].Bits(Element.Int) & Value.Int(-8192));
            Value small = (words[w].Bits(Element.Float) - big.Bits(Element.Float)).Bits(Element.Int) + 4096;
            bigs[w] = big.Bits(Element.Word);
            smalls[w] = _k.Let("small", small.Bits(Element.Word));
        }
        return (bigs, smalls);
    }

    private Value[][] Fragments(string name, int tiles, int words) =>
        [.. Enumerable.Range(0, tiles).Select(tile => Enumerable.Range(0, words)
            .Select(word => _k.Let(FormattableString.Invariant($"{name}{tile}_{word}"), Value.Word(0))).ToArray())];
}
