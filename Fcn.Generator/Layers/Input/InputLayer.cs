using Fcn.Generator.Declaration;
using Fcn.Generator.Diagnostics;
using Fcn.Generator.Ops;
using Fcn.Generator.Text;

namespace Fcn.Generator.Layers;

/// [Input(Channels = 3)]: the image, named data as in the reference, unless a layer has that name. Mean and scale are applied before the
/// graph begins.
internal sealed class InputLayer() : Layer("Input", Channels, Order, Mean, Scale)
{
    public static readonly Whole Channels = new("Channels", 3, 1, 4096);
    public static readonly Choice Order = new("Order", 0, "ChannelOrder", ["Bgr", "Rgb"]);
    public static readonly Numbers Mean = new("Mean", [104.00699f, 116.66877f, 122.67892f]);
    public static readonly Real Scale = new("Scale", 1);

    public override bool InStream => false;

    public override Problem? Build(LayerDeclaration layer, NetworkBuilder network)
    {
        int channels = layer.Get(Channels), means = layer.Get(Mean).Count;
        if (means != 0 && means != channels)
        {
            string? written = layer.Find(Mean.Name) is null ? Channels.Name : Mean.Name;
            return Problem.At(layer, written, ProblemId.MeanLength, Literal.Of(means), Literal.Of(channels));
        }
        network.Data = network.Graph.Add(network.Free("data"), new Input(channels));
        return null;
    }
}
