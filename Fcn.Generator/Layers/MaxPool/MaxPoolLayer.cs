using Fcn.Generator.Declaration;
using Fcn.Generator.Diagnostics;
using Fcn.Generator.Text;

namespace Fcn.Generator.Layers;

/// [MaxPool("pool1")].
internal sealed class MaxPoolLayer() : Layer("MaxPool", Name, Kernel, Stride, Pad, From)
{
    public static readonly NewName Name = new("Name") { Leading = true };
    public static readonly Whole Kernel = new("Kernel", 2, 1, 255);
    public static readonly Whole Stride = new("Stride", 2, 1, 255);
    public static readonly Whole Pad = new("Pad", 0, 0, 254);

    public override Problem? Build(LayerDeclaration layer, NetworkBuilder network)
    {
        string name = layer.Get(Name);
        var problem = network.ExpectFeatures(layer)
            ?? network.Claim(name, layer, Name.Name)
            ?? Window(layer)
            ?? Strides.Limit(layer, layer.Get(Kernel), Stride, network.Head);
        if (problem is not null) return problem;
        var y = network.Graph.Add(name, new MaxPool(layer.Get(Kernel), layer.Get(Stride), layer.Get(Pad)), network.Head);
        network.Continue(network.List(LayerKind.Pool, layer, y), Stage.Features);
        return null;
    }

    // Every window must hold a pixel of the map: neither lie in the padding nor, where Caffe rounds up, behind the end.
    private static Problem? Window(LayerDeclaration layer)
    {
        int kernel = layer.Get(Kernel), stride = layer.Get(Stride), pad = layer.Get(Pad);
        string written = layer.Find(Stride.Name) is null ? Kernel.Name : Stride.Name;
        return pad >= kernel ? Problem.At(layer, Pad.Name, ProblemId.PoolPad, layer.Get(Name), Literal.Of(pad), Literal.Of(kernel))
            : stride > kernel ? Problem.At(layer, written, ProblemId.PoolStride, layer.Get(Name), Literal.Of(stride), Literal.Of(kernel))
            : null;
    }
}
