using Fcn.Generator.Kernels;

namespace Fcn.Generator.Schedule.Gpu.Contraction;

// A convolution on matrix units: 128 output pixels by up to 128 channels per block. Rows of pixels are gathered by the pixel table, chunks of the sum by the
// table of chunks, weights come packed; both factors lie in shared memory as rows of 128 bytes under an XOR swizzle: chunk q of a row lies at q ^ f(row), so
// that neither copies nor LoadMatrix meet in a bank.
internal sealed class MatrixConv(ConvTile shape)
{
    private const int RowBytes = 128;

    private readonly KernelBuilder _k = new();

    /// Roles: x, packed, chunks, table, pixels, x_W, splits, and those of the epilogue.
    public Kernel Lower(string name, string summary, ConvEpilogue epilogue)
    {
        _k.Comment("Which pixels, channels and steps of the sum are this block's.");
        var (tileOfRows, tileOfColumns, split) = ConvEpilogue.Tile(_k);
        var (first, end) = ConvEpilogue.Range(_k, split);
        var tile = new MatrixTile(_k, shape.Machine, shape.Rows, shape.Columns, (shape.Rows + shape.Columns) * RowBytes);
        int round = tile.Threads / 8; // rows that one 16-byte copy of every thread fills
        _k.Comment("What this thread copies: of a chunk of every step, 16 bytes of one pixel in so many; and its share of the packed weights.");
        Value chunk = _k.Let("chunk", Value.Thread & 7), row = _k.Let("row", Value.Thread >> 3);
        var rows = Rows(tileOfRows * shape.Rows + row, round);
        Value toA = _k.Let("to_x", row * RowBytes + ((chunk ^ (row & 7)) << 4));
        Value toB = _k.Let("to_weight", Value.Thread * 16 + shape.Rows * RowBytes);
        Value from = _k.Let("weights", Field("packed", shape.Machine.Factor)
            + ((tileOfColumns * ConvTile.Steps + first).To(Element.Index) * shape.StepElements + Value.Thread * shape.Chunk));
        Value entry = _k.Let("entry", shape.Entry(first, chunk));
        _k.Comment("Where its lane reads fragments.");
        var (a, b) = FragmentPlaces(tile);

        tile.Run(first, end, [CopyPixels, CopyWeights], Load);
        epilogue.Finish(_k, shape, tile);
        return _k.Build(name, summary) with { Threads = tile.Threads };

        // Taps come one after the other: their pixels overlap, and are still in the nearest cache. The entry of a step is read while the one before is copied.
        void CopyPixels(Value step, Value place)
        {
            Value pitch = Value.Field("x_bytes", KernelType.Int);
            Value bits = _k.Let("bits", Value.Select(step < end, entry.Lane(3), Value.Int(PixelTable.NoTap)));
            Value under = _k.Let("under", entry.Lane(0) * Value.Field("x_W", KernelType.Int) + entry.Lane(1));
            Value x = _k.Let("x_tap", Field("x", shape.Machine.Factor).Bits(Element.Byte) + (under.To(Element.Index) * pitch + entry.Lane(2)));
            Value to = _k.Let("to", tile.Memory + (toA + place));
            for (int i = 0; i < rows.Length; i++)
                _k.AsyncCopy(to, i * round * RowBytes, x, rows[i].Pixel.To(Element.Index) * pitch, (rows[i].Taps & bits).Equals(bits), cached: true);
            _k.Assign(entry, shape.Entry(step + 1, chunk));
        }

        void CopyWeights(Value step, Value place)
        {
            Value live = _k.Let("live", step < end), to = _k.Let("to", tile.Memory + (toB + place));
            for (int i = 0; i < shape.Columns / round; i++) _k.AsyncCopy(to, i * round * RowBytes, from, i * tile.Threads * shape.Chunk, live);
            _k.Assign(from, from + shape.StepElements);
        }

        void Load(Value part, Value place, Value[][] aWords, Value[][] bWords)
        {
            Value x = _k.Let("x_part", tile.Memory + (a + place ^ part * 32)), weight = _k.Let("weight_part", tile.Memory + (b + place ^ part * 32));
            for (int i = 0; i < aWords.Length; i++) _k.LoadMatrix(x, i * 16 * RowBytes, aWords[i]);
            for (int j = 0; j < bWords.Length; j += 2)
                _k.LoadMatrix(weight, (j / 4 * 32 + j % 4 * 2) * RowBytes, [.. bWords[j], .. bWords[j + 1]]);
        }
    }

    // This thread's rows: the input pixel under the first tap, and the taps inside the map.
    private (Value Pixel, Value Taps)[] Rows(Value row, int round)
    {
        Value entries = _k.Let("entries", Field("table", Element.Int) + row * 2);
        return [.. Enumerable.Range(0, shape.Rows / round).Select(i =>
        {
            Value entry = _k.Let("entry", entries.Load(i * round * 2, 2));
            return (entry.Lane(0), entry.Lane(1));
        })];
    }

    // Where this lane points LoadMatrix in the first quarter of a step; the quarters differ in the swizzled chunk. Rows of x are pixels: lanes 8.. take 8
    // rows further, lanes 16.. the next chunk. Rows of weights go so that a lane's sums of four n8 tiles are 8 channels in a row: column n of tile j is
    // channel 8 (n / 2) + 2 j + n % 2 of 32.
    private (Value A, Value B) FragmentPlaces(MatrixTile tile)
    {
        Value l = _k.Let("l", tile.Lane & 7), bit3 = _k.Let("bit3", (tile.Lane >> 3) & 1), bit4 = _k.Let("bit4", tile.Lane >> 4);
        return (
            _k.Let("a_place", (tile.FirstRow + bit3 * 8 + l) * RowBytes + ((bit4 ^ l) << 4)),
            _k.Let("b_place", (tile.FirstColumn + (l >> 1) * 8 + (l & 1) + bit4 * 2) * RowBytes + ((bit3 ^ l) << 4) + shape.Rows * RowBytes));
    }

    private static Value Field(string role, Element element) => Value.Field(role, KernelType.To(element));
}
