using Fcn.Generator.Kernels;

namespace Fcn.Generator.Schedule.Gpu.Contraction;

// The gradient of a convolution's weight on matrix units. Both factors come pixel by pixel, so a fragment's depth runs down the rows of shared memory:
// 16-bit elements are transposed by LoadMatrix, 32-bit ones are read one by one. Chunks are permuted by their pixel, so that neither meets in a bank.
internal sealed class MatrixGradient(GradientTile shape)
{
    private readonly GradientEpilogue _epilogue = new(shape);

    private readonly KernelBuilder _k = new();

    private bool Halves => shape.Machine.Bytes == 2;

    private int RowBytes => shape.Rows * shape.Machine.Bytes;

    private int ColumnBytes => shape.Columns * shape.Machine.Bytes;

    /// Roles: x, dy, table, pixels, x_W, partial, gradient and the geometry's.
    public Kernel Lower(string name, string summary)
    {
        _k.Comment("Which channels of dy, which channels of taps of x and which pixels are this block's.");
        var (rowTile, columnTile, _, first, end) = _epilogue.Block(_k);
        var tile = new MatrixTile(_k, shape.Machine, shape.Rows, shape.Columns, shape.Depth * (RowBytes + ColumnBytes));
        Value pixels = Value.Field("pixels", KernelType.Int);

        _k.Comment("What this thread copies: a chunk of 16 bytes of every so many pixels of dy, and of x under one tap.");
        int rowChunks = RowBytes / 16, rowRound = tile.Threads / rowChunks;
        Value dyChunk = _k.Let("dy_chunk", Value.Thread % rowChunks), dyPixel = _k.Let("dy_pixel", Value.Thread / rowChunks);
        Value channel = _k.Let("channel", rowTile * shape.Rows + dyChunk * shape.Chunk);
        Value dyBytes = Value.Field("dy_bytes", KernelType.Int), xBytes = Value.Field("x_bytes", KernelType.Int);
        Value there = _k.Let("there", channel < Value.Field("dy_pitch", KernelType.Int));
        Value firstPixel = _k.Let("first_pixel", first * shape.Depth + dyPixel), left = _k.Let("left", pixels - firstPixel);
        Value dy = _k.Let("dy_from", Bytes("dy") + (firstPixel.To(Element.Index) * dyBytes + channel * shape.Machine.Bytes));
        Value toDy = _k.Let("to_dy", dyPixel * RowBytes + ((dyChunk ^ Permute(dyPixel, rowChunks)) << 4));

        int columnChunks = ColumnBytes / 16, columnRound = tile.Threads / columnChunks;
        Value xChunk = _k.Let("x_chunk", Value.Thread % columnChunks), xPixel = _k.Let("x_pixel", Value.Thread / columnChunks);
        var (distance, bits) = _epilogue.Columns(_k, _k.Let("columns", columnTile * columnChunks + xChunk));
        Value x = _k.Let("x_from", Bytes("x") + distance * shape.Machine.Bytes);
        Value toX = _k.Let("to_x", xPixel * ColumnBytes + ((xChunk ^ Permute(xPixel, columnChunks)) << 4) + shape.Depth * RowBytes);
        Value entries = _k.Let("entries", Value.Field("table", KernelType.To(Element.Int)) + (first * shape.Depth + xPixel) * 2);
        var under = Enumerable.Range(0, shape.Depth / columnRound).Select(i => _k.Let("under", Under(first, i))).ToArray();

        _k.Comment("Where its lane reads fragments.");
        var load = Halves ? Transposed(tile) : OneByOne(tile);
        tile.Run(first, end, [CopyDy, CopyX], load);
        _epilogue.Finish(_k, tile);
        return _k.Build(name, summary) with { Threads = tile.Threads };

        // The pixel of x under this thread's tap for a pixel of dy, if there is one.
        Value Under(Value step, int i)
        {
            Value entry = _k.Let("entry", entries.Load(i * columnRound * 2, 2));
            return Value.Select((entry.Lane(1) & bits).Equals(bits) & step < end, entry.Lane(0), Value.Int(int.MinValue));
        }

        void CopyDy(Value step, Value place)
        {
            Value to = _k.Let("to", tile.Memory + (toDy + place)), rows = _k.Let("rows", step < end & there);
            for (int i = 0; i < shape.Depth / rowRound; i++)
                _k.AsyncCopy(to, i * rowRound * RowBytes, dy, dyBytes.To(Element.Index) * (i * rowRound), rows & (Value)(i * rowRound) < left);
            _k.Assign(dy, dy + dyBytes.To(Element.Index) * shape.Depth);
            _k.Assign(left, left - shape.Depth);
        }

        // The table's entries of a step are read while the step before is copied.
        void CopyX(Value step, Value place)
        {
            Value to = _k.Let("to", tile.Memory + (toX + place));
            for (int i = 0; i < under.Length; i++)
                _k.AsyncCopy(to, i * columnRound * ColumnBytes, x, under[i].To(Element.Index) * xBytes, int.MinValue < under[i]);
            _k.Assign(entries, entries + shape.Depth * 2);
            for (int i = 0; i < under.Length; i++) _k.Assign(under[i], Under(step + 1, i));
        }
    }

    // Lanes 8.. and 16.. point at 8 pixels further or at the next chunk: as the fragments of a and b want their quarters.
    private Action<Value, Value, Value[][], Value[][]> Transposed(MatrixTile tile)
    {
        Value l = _k.Let("l", tile.Lane & 7), bit3 = _k.Let("bit3", (tile.Lane >> 3) & 1), bit4 = _k.Let("bit4", tile.Lane >> 4);
        Value a = _k.Let("a_place", (l + bit4 * 8) * RowBytes + (((tile.FirstRow >> 3) + bit3 ^ Permute(l, RowBytes / 16)) << 4));
        Value b = _k.Let("b_place", (l + bit3 * 8) * ColumnBytes + (((tile.FirstColumn >> 3) + bit4 ^ Permute(l, ColumnBytes / 16)) << 4) + shape.Depth * RowBytes);
        return (part, place, aWords, bWords) =>
        {
            Value rows = _k.Let("a_rows", tile.Memory + (place + part * 16 * RowBytes)), columns = _k.Let("b_rows", tile.Memory + (place + part * 16 * ColumnBytes));
            for (int i = 0; i < aWords.Length; i++) _k.LoadMatrix(rows, a ^ i * 32, aWords[i], transposed: true);
            for (int j = 0; j < bWords.Length; j += 2) _k.LoadMatrix(columns, b ^ j * 16, [.. bWords[j], .. bWords[j + 1]], transposed: true);
        };
    }

    // Element e of a: pixel t + 4 (e / 2), row g + 8 (e % 2); of b: pixel t + 4 e, column g; t = lane % 4, g = lane / 4.
    private Action<Value, Value, Value[][], Value[][]> OneByOne(MatrixTile tile)
    {
        Value t = _k.Let("t", tile.Lane & 3), g = _k.Let("g", tile.Lane >> 2);
        static Value Words(Value bytes) => bytes.Bits(Element.Word);
        Value Place(Value first, int row) => t * row + (((first >> 2) + (g >> 2) ^ (t << 1)) << 4) + ((g & 3) << 2);
        Value a = _k.Let("a_place", Place(tile.FirstRow, RowBytes));
        Value b = _k.Let("b_place", Place(tile.FirstColumn, ColumnBytes) + shape.Depth * RowBytes);
        return (part, place, aWords, bWords) =>
        {
            Value rows = _k.Let("a_rows", tile.Memory + part * (8 * RowBytes)), columns = _k.Let("b_rows", tile.Memory + part * (8 * ColumnBytes));
            Value[] four = [.. Enumerable.Range(0, Math.Min(4, 2 * aWords.Length)).Select(q => _k.Let("a_part", Words(rows + ((a ^ q * 32) + place))))];
            for (int i = 0; i < aWords.Length; i++)
                for (int e = 0; e < 4; e++)
                    _k.Assign(aWords[i][e], four[e % 2 + i % 2 * 2].Load(e / 2 * RowBytes + i / 2 * 32));
            four = [.. Enumerable.Range(0, Math.Min(4, bWords.Length)).Select(q => _k.Let("b_part", Words(columns + ((b ^ q * 32) + place))))];
            for (int j = 0; j < bWords.Length; j++)
                for (int e = 0; e < 2; e++)
                    _k.Assign(bWords[j][e], four[j % 4].Load(e * ColumnBytes + j / 4 * 32));
        };
    }

    // Which chunk lies where in a pixel's row: 16-bit rows are read eight pixels at a time, 32-bit ones four.
    private Value Permute(Value pixel, int chunks) =>
        !Halves ? (pixel & 3) << 1 : chunks < 8 ? (pixel >> 1) & 3 : pixel & 7;

    private Value Bytes(string role) => Value.Field(role, KernelType.To(shape.Machine.Factor)).Bits(Element.Byte);
}
