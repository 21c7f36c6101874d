using Fcn.Generator.Kernels;

namespace Fcn.Generator.Schedule.Gpu.Kernels;

// The image as the engine gives it, floats (N, H, W, C) without gaps → the map that convolutions read: whole vectors per pixel, in the machine's
// element. One thread writes one pixel.
internal static class GpuImageKernel
{
    /// Whole vectors of 16 bytes.
    public static int PitchOf(int channels, Element element) => GpuMap.BytesOf(element) == 2 ? GpuMap.PitchOf(channels) : (channels + 3) / 4 * 4;

    public static Launch Lower(GpuMap map, Value image)
    {
        GpuMap y = map.As("y");
        int lanes = y.Pitch % 8 == 0 ? 8 : 4;
        string name = FormattableString.Invariant($"image_{y.Channels}_to_{y.Pitch}_{GpuMap.Word(y.Element)}");
        var kernel = Grid.Each(name, "Images from the host's floats, channels innermost, to whole vectors per pixel.", Value.Field("N", KernelType.Int) * y.Height * y.Width, (k, pixel) =>
        {
            Value from = k.Let("from", pixel.To(Element.Index) * y.Channels), to = k.Let("to", pixel.To(Element.Index) * y.Pitch);
            for (int first = 0; first < y.Pitch; first += lanes)
            {
                Value[] channels = [.. Enumerable.Range(first, lanes).Select(c =>
                    c < y.Channels ? Value.Field("Image", KernelType.To(Element.Float)).Load(from + c) : Value.Float(0))];
                k.Store(y.Pointer, to + first, Value.Compose(channels).To(y.Element));
            }
        });
        return GpuLaunch.Of(kernel, Grid.Blocks(Grid.Pixels(map)), GpuLaunch.Bind(y, map), GpuLaunch.Bind("Image", image));
    }
}
