using Fcn.Generator.Graph;
using Fcn.Generator.Kernels;

namespace Fcn.Generator.Schedule.Gpu;

// Where a map lies on a GPU: (N, H, W, Pitch), channels innermost, no border. Pitch is a multiple of 8 (of 4 for an image of 32-bit elements), so that
// whole vectors of 16 bytes are read; channels beyond the last are zeros. In a kernel the name is the map's role (x, y, dy), and pitch and channels are
// arguments as sizes are, so that layers share kernels; GpuLaunch.Bind says what they are for one layer.
internal sealed record GpuMap(string Name, int Channels, int Pitch, Extent Size, Element Element)
{
    /// Where it lies if that is memory of the engine's; null for a buffer of its own name, and for a role.
    public Value? Memory { get; init; }

    public Value Pointer => Memory ?? Value.Field(Name, KernelType.To(Element));

    public Value Height => Value.Field(GeneratedName.Of(Name, "H"), KernelType.Int);

    public Value Width => Value.Field(GeneratedName.Of(Name, "W"), KernelType.Int);

    /// Pitch, as kernels know it.
    public Value PitchField => Field("pitch");

    /// Pitch in bytes, for kernels that count addresses themselves.
    public Value PitchBytes => Field("bytes");

    public Value ChannelsField => Field("channels");

    /// Plain (N, C, H, W) without gaps: scores that leave the network.
    public bool IsPlanar { get; init; }

    /// Offset of a channel of a pixel.
    public Value At(Value n, Value h, Value w, Value channel) =>
        IsPlanar ? ((n * ChannelsField + channel) * Height + h).To(Element.Index) * Width + w : Pixel(n, h, w).To(Element.Index) * PitchField + channel;

    public GpuMap As(string role) => this with { Name = role, Memory = null };

    /// Number of a pixel: batches have less than 2^31.
    public Value Pixel(Value n, Value h, Value w) => (n * Height + h) * Width + w;

    /// Channels rounded up to whole vectors.
    public static int PitchOf(int channels) => (channels + 7) / 8 * 8;

    public static int BytesOf(Element element) => element.Bytes();

    /// As names of kernels have it.
    public static string Word(Element element) => element switch
    {
        Element.Float => "fp32",
        Element.TensorFloat => "tf32",
        Element.BFloat16 => "bf16",
        Element.Bool or Element.Byte or Element.Int or Element.Index or Element.Double or Element.Word => element.ToString().ToLowerInvariant(),
    };

    private Value Field(string what) => Value.Field($"{Name}_{what}", KernelType.Int);
}
