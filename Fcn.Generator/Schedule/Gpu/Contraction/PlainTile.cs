using Fcn.Generator.Kernels;

namespace Fcn.Generator.Schedule.Gpu.Contraction;

// The inner part of every contraction without matrix units: 64 x 64 sums per block, 4 x 4 per thread. A step's factors lie in shared memory as
// [16][64] each, depth outermost, so that a thread reads its 4 rows and 4 columns as vectors.
internal sealed class PlainTile
{
    public const int Threads = GpuMachine.Threads, Side = 64, Depth = 16;

    private readonly KernelBuilder _k;
    private readonly Value[,] _sums = new Value[4, 4];
    private readonly Value _a, _b;

    public PlainTile(KernelBuilder kernel)
    {
        _k = kernel;
        _a = kernel.Shared("rows", Element.Float, Depth * Side);
        _b = kernel.Shared("columns", Element.Float, Depth * Side);
        FirstRow = kernel.Let("tile_row", (Value.Thread >> 4) * 4);
        FirstColumn = kernel.Let("tile_column", (Value.Thread & 15) * 4);
        for (int i = 0; i < 4; i++)
            for (int j = 0; j < 4; j++) _sums[i, j] = kernel.Let(FormattableString.Invariant($"sum{i}_{j}"), Value.Float(0));
    }

    /// First row and column of this thread's sums in the block's tile.
    public Value FirstRow { get; }

    public Value FirstColumn { get; }

    public Value Sum(int i, int j) => _sums[i, j];

    /// load(step) yields this thread's four values of either factor. Those of columns lie along the side: thread after thread. Those of rows do too, or
    /// a scatter says where they go.
    public void Run(Value first, Value end, Func<Value, (Value Rows, Value Columns)> load, Action<Value, Value>? scatter = null)
    {
        _k.For("step", first, end, step =>
        {
            var (a, b) = load(step);
            Value rows = _k.Let("row_values", a), columns = _k.Let("column_values", b);
            _k.Barrier();
            if (scatter is null) _k.Store(_a, Value.Thread * 4, rows);
            else scatter(_a, rows);
            _k.Store(_b, Value.Thread * 4, columns);
            _k.Barrier();
            _k.For("depth", 0, Depth, depth =>
            {
                Value x = _k.Let("x", _a.Load(depth * Side + FirstRow, 4)), w = _k.Let("w", _b.Load(depth * Side + FirstColumn, 4));
                for (int i = 0; i < 4; i++)
                    for (int j = 0; j < 4; j++) _k.Assign(_sums[i, j], Value.MultiplyAdd(x.Lane(i), w.Lane(j), _sums[i, j]));
            });
        });
    }
}
