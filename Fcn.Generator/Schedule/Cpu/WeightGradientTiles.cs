using Fcn.Generator.Kernels;
using Fcn.Generator.Text;

namespace Fcn.Generator.Schedule;

// The register tiles of weight gradients on one machine: as many input channels as leave registers for vectors of dy and a broadcast of x,
// and the function that goes through a block of input channels with them.
internal sealed class WeightGradientTiles(Machine machine, string name, int inBlock)
{
    public IReadOnlyList<Kernel> Write()
    {
        int[] widths = [.. new[] { machine.VectorsPerBlock, machine.Vectors }.Distinct()];
        return [Block(widths), .. widths.Select(Tile)];
    }

    // Divides the block.
    private int Channels(int vectors) =>
        Enumerable.Range(1, inBlock).Last(c => inBlock % c == 0 && c <= Math.Max(1, machine.Pixels * machine.Vectors / vectors));

    // dw[channel][lanes] += sum over rows and columns of x[channel] dy[lanes], for one tap of the window.
    private Kernel Tile(int vectors)
    {
        int channels = Channels(vectors);
        var k = new KernelBuilder();
        Value[] p = Parameters(k);
        var (x, dy, dyPlane, dw, dwPanel) = (p[0], p[3], p[5], p[8], p[9]);
        var sums = RegisterTile.Accumulators(k, machine, channels, vectors);
        Value At(int c, int q) => dwPanel * (q / machine.VectorsPerBlock) + (c * Machine.Block + q % machine.VectorsPerBlock * machine.Lanes);
        RegisterTile.Each(sums, (c, q) => k.Assign(sums[c, q], dw.Load(At(c, q), machine.Lanes)));
        RegisterTile.Accumulate(k, machine, sums, x, 1, dy, dyPlane, [new("row", p[6], p[1], p[4])], new("column", p[7], 1, p[2], Machine.Block));
        RegisterTile.Each(sums, (c, q) => k.Store(dw, At(c, q), sums[c, q]));
        string text = $"{Literal.Of(channels)} input x {Literal.Of(vectors * machine.Lanes)} output channels";
        return k.Build(NameOf(vectors), $"Weight gradient of one tap: {text} in registers.", p);
    }

    private Kernel Block(int[] widths)
    {
        var k = new KernelBuilder();
        Value blocks = k.Parameter("tile_blocks", KernelType.Int);
        Value[] p = Parameters(k);
        if (widths.Length == 1) Through(widths[0]);
        else k.If(blocks.Equals(1), () => Through(widths[0]), () => Through(widths[1]));
        return k.Build(name, $"Weight gradient of one tap: {Literal.Of(inBlock)} input channels.", [blocks, .. p]);

        void Through(int vectors) => k.For("channel", 0, inBlock, channel =>
            k.Call(NameOf(vectors), [p[0] + channel, .. p.Skip(1).Take(7), p[8] + channel * Machine.Block, p[9]]), Channels(vectors));
    }

    private static Value[] Parameters(KernelBuilder k) =>
        [.. ContractionTiles.WeightGradientParameters.Select(p => k.Parameter(p.Name, p.Type))];

    private string NameOf(int vectors) => $"{name}_{Literal.Of(Channels(vectors))}x{Literal.Of(vectors * machine.Lanes)}";
}
