namespace Fcn.Generator.Schedule.Gpu.Contraction;

// For every output pixel of a convolution two Ints: the input pixel under its first tap (maybe outside the map), and which taps lie inside: bit a for
// row a of the kernel, bit 16 + b for column b. Spares every contraction the divisions of its pixel numbers. Behind the last pixel lie Spare entries
// without taps: a tile reads beyond the map's end without asking.
internal static class PixelTable
{
    public const int MostTaps = 15, Threads = 256, Spare = 512;

    /// A tap that no pixel has.
    public const int NoTap = 1 << MostTaps;

    public static Value Bytes(Value rows) => (rows + Spare).To(Element.Index) * 8;

    public static Value Blocks(Value rows) => (rows + (Spare + Threads - 1)) / Threads;

    /// Rows of windows: eight windows go together, first the upper left pixels of all, then the upper right, lower left and lower right ones, so that
    /// a thread of MatrixTile holds all four of a window.
    public static Value RowsOfWindows(Value windows) => (windows + 7) / 8 * 32;

    /// Roles: table, rows, x_H, x_W, y_H, y_W. With windows, y is the pooled map, and rows are pixels in the order of RowsOfWindows.
    public static Kernel Lower(Conv conv, string name, bool windows)
    {
        var k = new KernelBuilder();
        Value height = Field("x_H"), width = Field("x_W"), outHeight = Field("y_H"), outWidth = Field("y_W");
        Value row = k.Let("row", Value.Item * Threads + Value.Thread);
        k.If(row < Field("rows") + Spare, () =>
        {
            Value pixel = windows ? k.Let("window", (row >> 5) * 8 + (row & 7)) : row, there = row < Field("rows");
            Value line = k.Let("line", pixel / outWidth), column = pixel % outWidth, outLine = line % outHeight, n = k.Let("n", line / outHeight);
            if (windows)
            {
                outLine = k.Let("out_line", outLine * 2 + ((row >> 4) & 1));
                column = k.Let("out_column", column * 2 + ((row >> 3) & 1));
                there &= n < Field("N") & outLine < Out(conv, height) & column < Out(conv, width);
            }
            Value w = k.Let("w", column * conv.Stride - conv.Pad), h = k.Let("h", outLine * conv.Stride - conv.Pad);
            Value taps = k.Let("taps", 0);
            for (int tap = 0; tap < conv.Kernel; tap++)
            {
                Value y = k.Let("y", h + tap * conv.Dilation), x = k.Let("x", w + tap * conv.Dilation);
                k.Assign(taps, taps | Value.Select((y >= 0) & (y < height), Value.Int(1 << tap), Value.Int(0)));
                k.Assign(taps, taps | Value.Select((x >= 0) & (x < width), Value.Int(1 << (16 + tap)), Value.Int(0)));
            }
            k.Store(Value.Field("table", KernelType.To(Element.Int)), row * 2, Value.Compose([(n * height + h) * width + w, Value.Select(there, taps, Value.Int(0))]));
        });
        return k.Build(name, "Per output pixel: the input pixel under its first tap, and the taps inside the map.") with { Threads = Threads };
    }

    /// Height or width of a convolution's output.
    public static Value Out(Conv conv, Value size) => (size + (2 * conv.Pad - (conv.Kernel - 1) * conv.Dilation - 1)) / conv.Stride + 1;

    /// The bits of one tap.
    public static Value Bits(Conv conv, Value tap) => conv.Kernel == 1
        ? Value.Int(0x10001)
        : Value.ShiftLeft(Value.Int(1), tap / conv.Kernel) | Value.ShiftLeft(Value.Int(1 << 16), tap % conv.Kernel);

    /// How far a tap lies from the first one, in pixels of an input of this width.
    public static Value Distance(Conv conv, Value tap, Value width) => conv.Kernel == 1
        ? Value.Int(0)
        : (tap / conv.Kernel * width + tap % conv.Kernel) * conv.Dilation;

    private static Value Field(string name) => Value.Field(name, KernelType.Int);
}
