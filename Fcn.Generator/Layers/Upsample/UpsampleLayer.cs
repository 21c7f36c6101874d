using Fcn.Generator.Declaration;
using Fcn.Generator.Diagnostics;
using Fcn.Generator.Graph;
using Fcn.Generator.Ops;
using Fcn.Generator.Text;

namespace Fcn.Generator.Layers;

/// [Upsample(8)]: scores become pixels, cut to the input. upscore where nothing was fused (FCN-32s), else upscore16, upscore8.
internal sealed class UpsampleLayer() : Layer("Upsample", Factor, Kernel, Learned, From)
{
    public static readonly Whole Factor = new("Factor", 0, 2, 1023) { Leading = true };
    public static readonly Whole Kernel = new("Kernel", 0, 0, 4095);
    public static readonly Flag Learned = new("Learned", false);

    public override Problem? Build(LayerDeclaration layer, NetworkBuilder network)
    {
        int factor = layer.Get(Factor);
        if (network.ExpectScores(layer) is { } misplaced) return misplaced;
        var stride = Coordinates.Stride(network.Head);
        if (stride != factor)
        {
            string left = (stride / factor).ToString();
            string wayOut = stride == 1
                ? "Remove the attribute: the scores have the input's resolution already"
                : $"Write [Upsample({stride})]";
            return Problem.At(
                layer, Factor.Name, ProblemId.FinalStride, network.Head.Name, stride.ToString(), Literal.Of(factor), left, wayOut);
        }

        string name = network.NameInHead(network.LastTap is null ? "upscore" : $"upscore{Literal.Of(factor)}");
        if (network.IsTaken(name) && network.LastTap is { } tap) name = network.NameInHead($"upscore_{tap}");
        if ((network.Claim(name, layer, null) ?? Window(layer, Kernel, Learned, factor, network)) is { } problem) return problem;

        var pixels = Add(name, network.Head, factor, layer.Get(Kernel), layer.Get(Learned), layer, network);
        network.EndHead(pixels, layer);
        return null;
    }

    /// A kernel that leaves gaps between the cells that it spreads would leave pixels without a score; a learned one has a weight.
    public static Problem? Window(LayerDeclaration layer, Setting<int> kernel, Setting<bool> learned, int factor, NetworkBuilder network)
    {
        int written = layer.Get(kernel), size = written == 0 ? 2 * factor : written;
        return size < factor
            ? Problem.At(layer, kernel.Name, ProblemId.SettingOutOfRange, layer.ToString(), kernel.Name, Literal.Of(written),
                $"0 (which stands for {Literal.Of(2 * factor)}) or at least the factor {Literal.Of(factor)}")
            : layer.Get(learned) ? Strides.LimitWeight(layer, kernel.Name, network.ClassesOfHead, network.ClassesOfHead, size) : null;
    }

    /// Kernel 0 stands for 2 factor. Bilinear and constant, or learned: dense (classes, classes, kernel, kernel), bilinear at first.
    public static Node Add(string name, Node scores, int factor, int kernel, bool learned, LayerDeclaration source, NetworkBuilder network)
    {
        if (kernel == 0) kernel = 2 * factor;
        return network.List(LayerKind.Upscore, source, learned ? Dense() : network.Graph.Add(name, new Upsample(kernel, factor), scores));

        Node Dense()
        {
            var weight = network.Weight(name, new(network.ClassesOfHead, network.ClassesOfHead, kernel), Fill.Bilinear, 1, 1);
            return network.Graph.Add(name, new Deconv(network.ClassesOfHead, kernel, factor), scores, weight);
        }
    }
}
