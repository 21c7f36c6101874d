using Fcn.Generator.Kernels;
using Fcn.Generator.Text;

namespace Fcn.Generator.Schedule;

// The register tiles of convolutions on one machine: a tile for every number of pixels, in one block of output channels and in as many as a
// tile spans, and the function that picks among them.
internal sealed class ConvTiles(Machine machine, string name, int inBlock, int stride)
{
    public IReadOnlyList<Kernel> Write()
    {
        int[] widths = [.. new[] { machine.VectorsPerBlock, machine.Vectors }.Distinct()];
        return [Pick(widths), .. widths.SelectMany(vectors => Enumerable.Range(1, machine.Pixels).Select(pixels => Tile(pixels, vectors)))];
    }

    // y[pixel][lanes] = or += sum over blocks, rows, taps and steps of x[pixel] weight[lanes]. Taps that are neighbours in memory are one
    // run of steps.
    private Kernel Tile(int pixels, int vectors)
    {
        var k = new KernelBuilder();
        Value[] p = Parameters(k);
        var (x, weight, weightPanel, y, yPlane, resume) = (p[0], p[1], p[2], p[3], p[4], p[5]);
        var sums = RegisterTile.Accumulators(k, machine, pixels, vectors);
        Value At(int row, int q) => yPlane * (q / machine.VectorsPerBlock) + (row * Machine.Block + q % machine.VectorsPerBlock * machine.Lanes);
        k.If(resume, () => RegisterTile.Each(sums, (row, q) => k.Assign(sums[row, q], y.Load(At(row, q), machine.Lanes))));
        RegisterTile.Accumulate(k, machine, sums, x, stride * inBlock, weight, weightPanel,
            [new("block", p[6], p[10], p[13]), new("row", p[7], p[11]), new("tap", p[8], p[12])],
            new("step", p[9], ContractionTiles.Unroll(inBlock), 1, Machine.Block));
        RegisterTile.Each(sums, (row, q) => k.Store(y, At(row, q), sums[row, q]));
        return k.Build(NameOf(pixels, vectors), $"Convolution: {Literal.Of(pixels)} pixels of a row x {Literal.Of(vectors * machine.Lanes)} channels in registers.", p);
    }

    private Kernel Pick(int[] widths)
    {
        var k = new KernelBuilder();
        Value pixels = k.Parameter("pixels", KernelType.Int), blocks = k.Parameter("tile_blocks", KernelType.Int);
        Value[] p = Parameters(k);
        if (widths.Length == 1) Choose(1, machine.Pixels, widths[0]);
        else k.If(blocks.Equals(1), () => Choose(1, machine.Pixels, widths[0]), () => Choose(1, machine.Pixels, widths[1]));
        return k.Build(name, $"Convolution of 1 to {Literal.Of(machine.Pixels)} pixels of a row: picks the tile.", [pixels, blocks, .. p]);

        void Choose(int low, int high, int vectors)
        {
            if (low == high)
            {
                k.Call(NameOf(low, vectors), p);
                return;
            }
            int middle = (low + high + 1) / 2;
            k.If(pixels < middle, () => Choose(low, middle - 1, vectors), () => Choose(middle, high, vectors));
        }
    }

    private static Value[] Parameters(KernelBuilder k) => [.. ContractionTiles.ConvParameters.Select(p => k.Parameter(p.Name, p.Type))];

    private string NameOf(int pixels, int vectors) => $"{name}_{Literal.Of(pixels)}x{Literal.Of(vectors * machine.Lanes)}";
}
