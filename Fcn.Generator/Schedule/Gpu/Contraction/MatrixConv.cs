namespace Fcn.Generator.Schedule.Gpu.Contraction;

// A convolution on matrix units: 128 output pixels by up to 128 channels per block. Rows of pixels are gathered by the pixel table, weights come packed;
// both lie in shared memory as rows of 128 bytes whose 16-byte chunks are permuted (chunk ^ f(row)), so that neither copies nor LoadMatrix meet in a bank.
internal sealed class MatrixConv(ConvGeometry geometry)
{
    public const int TileRows = 128;

    private const int RowBytes = 128;

    private readonly KernelBuilder _k = new();

    private int Columns => geometry.TileColumns;

    public static int Threads(ConvGeometry geometry) => MatrixTile.ThreadsOf(geometry.Machine, TileRows, geometry.TileColumns);

    /// Roles: x, weight, table, pixels, x_W, splits, and those of the epilogue.
    public Kernel Lower(string name, string summary, ConvEpilogue epilogue)
    {
        _k.Comment("Which pixels, channels and steps of the sum are this block's.");
        var (tileOfRows, tileOfColumns, split) = epilogue.Tile(_k, TileRows);
        var (first, end) = epilogue.Range(_k, split, geometry.Steps);
        var tile = new MatrixTile(_k, geometry.Machine, TileRows, Columns, (TileRows + Columns) * RowBytes);
        int round = tile.Threads / 8; // rows that one 16-byte copy of every thread fills
        _k.Comment("What this thread copies: a chunk of 16 bytes of every so many pixels, and of the packed weights.");
        Value chunk = _k.Let("chunk", Value.Thread & 7), row = _k.Let("row", Value.Thread >> 3);
        var rows = Rows(tileOfRows * TileRows + row, round);
        Value toA = _k.Let("to_x", row * RowBytes + ((chunk ^ (row & 7)) << 4));
        Value toB = _k.Let("to_weight", Value.Thread * 16 + TileRows * RowBytes);
        Value from = _k.Let("weights", Field("weight", geometry.Machine.Factor)
            + ((tileOfColumns * geometry.Steps + first).To(Element.Index) * geometry.StepElements + Value.Thread * geometry.Chunk));
        _k.Comment("Where its lane reads fragments.");
        var (a, b) = FragmentPlaces(tile);

        tile.Run(first, end, [CopyPixels, CopyWeights], Load);
        _k.Comment("From sums to the map: each thread has 8 channels of each of its pixels.");
        epilogue.Finish(_k, tile, tileOfRows * TileRows, tileOfColumns * Columns, split);
        return _k.Build(name, summary) with { Threads = tile.Threads };

        void CopyPixels(Value step, Value place)
        {
            // Taps come one after the other: their pixels overlap, and are still in the nearest cache.
            Value live = _k.Let("live", step < end);
            var (tap, part, exists) = geometry.Place(step, chunk);
            Value which = _k.Name("tap", tap);
            Value bits = _k.Let("bits", Value.Select(exists is null ? live : live & exists, PixelTable.Bits(geometry.Conv, which), Value.Int(PixelTable.NoTap)));
            Value x = _k.Let("x_tap", Field("x", geometry.Machine.Factor)
                + (PixelTable.Distance(geometry.Conv, which, Value.Field("x_W", KernelType.Int)).To(Element.Index) * geometry.InPitch + part * geometry.Chunk));
            Value to = _k.Let("to", tile.Memory + (toA + place));
            for (int i = 0; i < rows.Length; i++)
                _k.AsyncCopy(to, i * round * RowBytes, x, rows[i].Pixel.To(Element.Index) * geometry.InPitch, (rows[i].Taps & bits).Equals(bits), cached: geometry.Taps > 1);
        }

        void CopyWeights(Value step, Value place)
        {
            Value live = _k.Let("live", step < end), to = _k.Let("to", tile.Memory + (toB + place));
            for (int i = 0; i < Columns / round; i++) _k.AsyncCopy(to, i * round * RowBytes, from, i * tile.Threads * geometry.Chunk, live);
            _k.Assign(from, from + geometry.StepElements);
        }

        void Load(int part, Value place, Value[][] aWords, Value[][] bWords)
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
        return [.. Enumerable.Range(0, TileRows / round).Select(i =>
        {
            Value entry = _k.Let("entry", entries.Load(i * round * 2, 2));
            return (entry.Lane(0), entry.Lane(1));
        })];
    }

    // Where this lane points LoadMatrix; in the other quarters of a row, 32 bytes are flipped. Rows of x are pixels: lanes 8.. take 8 rows further, lanes 16.. the next chunk. Rows of
    // weights go so that a lane's sums of four n8 tiles are 8 channels in a row: column n of tile j is channel 8 (n / 2) + 2 j + n % 2 of 32.
    private (Value A, Value B) FragmentPlaces(MatrixTile tile)
    {
        Value l = _k.Let("l", tile.Lane & 7), bit3 = _k.Let("bit3", (tile.Lane >> 3) & 1), bit4 = _k.Let("bit4", tile.Lane >> 4);
        return (
            _k.Let("a_place", (tile.FirstRow + bit3 * 8 + l) * RowBytes + ((bit4 ^ l) << 4)),
            _k.Let("b_place", (tile.FirstColumn + (l >> 1) * 8 + (l & 1) + bit4 * 2) * RowBytes + ((bit3 ^ l) << 4) + TileRows * RowBytes));
    }

    private static Value Field(string role, Element element) => Value.Field(role, KernelType.To(element));
}
