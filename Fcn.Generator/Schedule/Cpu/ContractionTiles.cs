using Fcn.Generator.Kernels;
using Fcn.Generator.Text;

namespace Fcn.Generator.Schedule;

// The families of register tiles that kernels call, by what decides their machine code: floats between neighbouring pixels and floats per
// step. How often loops turn and how far they step are arguments, so one family serves windows of every size, dilation and clipping.
internal sealed class ContractionTiles
{
    private static readonly KernelType Pointer = KernelType.To(Element.Float);

    private static readonly Lazy<ContractionTiles> Runtime = new(Usual);

    private readonly Dictionary<string, TileFamily> _families = [];

    /// The families that were asked for, by name.
    public IReadOnlyDictionary<string, TileFamily> Families => _families;

    /// The families that are compiled into Fcn.Runtime.
    public static IReadOnlyDictionary<string, TileFamily> InRuntime => Runtime.Value.Families;

    /// Steps of the innermost loop at each turn: two, where channels come in pairs.
    public static int Unroll(int inBlock) => inBlock % 2 == 0 ? 2 : 1;

    /// Name of the function that computes 1 to TilePixels outputs of a row in 1 to TileBlocks blocks of channels, from blocks of so many
    /// input channels.
    public string Conv(int inBlock, int stride)
    {
        string name = "conv" + (stride == 1 ? "" : $"_stride{Text(stride)}") + From(inBlock);
        if (!_families.ContainsKey(name))
            _families[name] = new(new(name, "Convolution: some pixels of a row.", [Int("pixels"), Int("tile_blocks"), .. ConvParameters], []), machine => new ConvTiles(machine, name, inBlock, stride).Write());
        return name;
    }

    /// Name of the function that sums the weight gradient of one tap over a band of rows, for 1 to TileBlocks blocks of output channels.
    public string WeightGradient(int inBlock)
    {
        string name = "weight_gradient" + From(inBlock);
        if (!_families.ContainsKey(name))
            _families[name] = new(new(name, "Weight gradient: one tap.", [Int("tile_blocks"), .. WeightGradientParameters], []), machine => new WeightGradientTiles(machine, name, inBlock).Write());
        return name;
    }

    /// x, weight; y; the counts of four loops, outermost first; steps of x and of the weight.
    public static IReadOnlyList<Value> ConvParameters { get; } =
    [
        Floats("x"), Floats("weight"), Index("weight_panel"), Floats("y"), Index("y_plane"), Value.Variable("resume", KernelType.Bool),
        Int("blocks"), Int("rows"), Int("taps"), Int("steps"), Index("x_block"), Index("x_row"), Index("x_tap"), Index("weight_block"),
    ];

    public static IReadOnlyList<Value> WeightGradientParameters { get; } =
    [
        Floats("x"), Index("x_row"), Index("x_pixel"), Floats("dy"), Index("dy_row"), Index("dy_plane"), Int("rows"), Int("columns"), Floats("dw"), Index("dw_panel"),
    ];

    // Images of one and of three channels, and blocks of 16; strides as VGG, GoogLeNet and ResNet have them.
    private static ContractionTiles Usual()
    {
        var tiles = new ContractionTiles();
        foreach (int inBlock in new[] { Machine.Block, 3, 1 })
        {
            tiles.Conv(inBlock, 1);
            if (inBlock > 1) tiles.Conv(inBlock, 2);
            tiles.WeightGradient(inBlock);
        }
        return tiles;
    }

    private static string From(int inBlock) => inBlock == Machine.Block ? "" : $"_from{Text(inBlock)}";

    private static Value Floats(string name) => Value.Variable(name, Pointer);

    private static Value Index(string name) => Value.Variable(name, KernelType.Index);

    private static Value Int(string name) => Value.Variable(name, KernelType.Int);

    private static string Text(int value) => Literal.Of(value);
}
