using Fcn.Generator.Kernels;
using Fcn.Generator.Ops;

namespace Fcn.Generator.Schedule.Gpu.Contraction;

// For every output pixel of a convolution two Ints: the input pixel under its first tap (maybe outside the map), and which taps lie inside: bit a for
// row a of the kernel, bit 16 + b for column b. Spares every contraction the divisions of its pixel numbers. Behind the last pixel lie Spare entries
// without taps: a tile reads beyond the map's end without asking.
internal static class PixelTable
{
    public const int MostTaps = 15, Spare = 512;

    /// A tap that no pixel has.
    public const int NoTap = 1 << MostTaps;

    public static Value Bytes(Value rows) => (rows + Spare).To(Element.Index) * 8;

    /// Rows of windows: eight windows go together, first the upper left pixels of all, then the upper right, lower left and lower right ones, so that
    /// all four of a window lie in one tile.
    public static Value RowsOfWindows(Value windows) => (windows + 7) / 8 * 32;

    /// Roles: table, rows, x_H, x_W, y_H, y_W, and the convolution's. With windows, y is the pooled map, out_H and out_W are the size of the one that is
    /// pooled, and rows are pixels in the order of RowsOfWindows.
    public static Kernel Lower(bool windows) => Grid.Each(
        windows ? "pixel_table_pooled" : "pixel_table", "Per output pixel: the input pixel under its first tap, and the taps inside the map.",
        Int("rows") + Spare, (k, row) =>
    {
        Value height = Int("x_H"), width = Int("x_W"), outHeight = Int("y_H"), outWidth = Int("y_W");
        Value pixel = windows ? k.Let("window", (row >> 5) * 8 + (row & 7)) : row, there = row < Int("rows");
        Value line = k.Let("line", pixel / outWidth), column = pixel % outWidth, outLine = line % outHeight, n = k.Let("n", line / outHeight);
        if (windows)
        {
            outLine = k.Let("out_line", outLine * 2 + ((row >> 4) & 1));
            column = k.Let("out_column", column * 2 + ((row >> 3) & 1));
            there &= n < Int("N") & outLine < Int("out_H") & column < Int("out_W");
        }
        Value w = k.Let("w", column * Int("stride") - Int("pad")), h = k.Let("h", outLine * Int("stride") - Int("pad")), taps = k.Let("taps", 0);
        k.For("tap", 0, Int("kernel"), tap =>
        {
            Value y = k.Let("y", h + tap * Int("dilation")), x = k.Let("x", w + tap * Int("dilation"));
            k.Assign(taps, taps | Value.ShiftLeft(Value.Select((y >= 0) & (y < height), Value.Int(1), Value.Int(0)), tap));
            k.Assign(taps, taps | Value.ShiftLeft(Value.Select((x >= 0) & (x < width), Value.Int(1 << 16), Value.Int(0)), tap));
        });
        Value under = (n * height + h) * width + w;
        k.Store(Value.Field("table", KernelType.To(Element.Int)), row * 2, Value.Compose([under, Value.Select(there, taps, Value.Int(0))]));
    });

    /// What kernels know of a convolution itself.
    public static IEnumerable<KeyValuePair<string, Value>> Bind(Conv conv) =>
        [new("kernel", conv.Kernel), new("stride", conv.Stride), new("pad", conv.Pad), new("dilation", conv.Dilation)];

    /// Height or width of a convolution's output.
    public static Value Out(Conv conv, Value size) => (size + (2 * conv.Pad - (conv.Kernel - 1) * conv.Dilation - 1)) / conv.Stride + 1;

    /// The bits of one tap.
    public static Value Bits(Value tap) =>
        Value.ShiftLeft(Value.Int(1), tap / Int("kernel")) | Value.ShiftLeft(Value.Int(1 << 16), tap % Int("kernel"));

    /// How far a tap lies from the first one: rows and columns of the input.
    public static (Value Down, Value Across) Distance(Value tap) => (tap / Int("kernel") * Int("dilation"), tap % Int("kernel") * Int("dilation"));

    private static Value Int(string name) => Value.Field(name, KernelType.Int);
}
