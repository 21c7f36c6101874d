namespace Fcn.Generator.Schedule.Gpu.Contraction;

// For every output pixel of a convolution two Ints: the input pixel under its first tap (maybe outside the map), and which taps lie inside: bit a for
// row a of the kernel, bit 16 + b for column b. Spares every contraction the divisions of its pixel numbers. Behind the last pixel lie Spare entries
// without taps: a tile reads beyond the map's end without asking.
internal static class PixelTable
{
    public const int MostTaps = 15, Threads = 256, Spare = 512;

    /// A tap that no pixel has.
    public const int NoTap = 1 << MostTaps;

    public static Value Bytes(Value pixels) => (pixels + Spare).To(Element.Index) * 8;

    public static Value Blocks(Value pixels) => (pixels + (Spare + Threads - 1)) / Threads;

    /// Roles: table, pixels, x_H, x_W, y_H, y_W.
    public static Kernel Lower(Conv conv, string name)
    {
        var k = new KernelBuilder();
        Value height = Field("x_H"), width = Field("x_W"), outHeight = Field("y_H"), outWidth = Field("y_W");
        Value pixel = k.Let("pixel", Value.Item * Threads + Value.Thread);
        k.If(pixel < Field("pixels") + Spare, () =>
        {
            Value w = k.Let("w", pixel % outWidth * conv.Stride - conv.Pad), line = k.Let("line", pixel / outWidth);
            Value h = k.Let("h", line % outHeight * conv.Stride - conv.Pad), n = k.Let("n", line / outHeight);
            Value taps = k.Let("taps", 0);
            for (int tap = 0; tap < conv.Kernel; tap++)
            {
                Value row = k.Let("row", h + tap * conv.Dilation), column = k.Let("column", w + tap * conv.Dilation);
                k.Assign(taps, taps | Value.Select((row >= 0) & (row < height), Value.Int(1 << tap), Value.Int(0)));
                k.Assign(taps, taps | Value.Select((column >= 0) & (column < width), Value.Int(1 << (16 + tap)), Value.Int(0)));
            }
            Value there = Value.Select(pixel < Field("pixels"), taps, Value.Int(0));
            k.Store(Value.Field("table", KernelType.To(Element.Int)), pixel * 2, Value.Compose([(n * height + h) * width + w, there]));
        });
        return k.Build(name, "Per output pixel: the input pixel under its first tap, and the taps inside the map.") with { Threads = Threads };
    }

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
