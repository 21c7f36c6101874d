using Fcn.Generator.Declaration;
using Fcn.Generator.Diagnostics;
using Fcn.Generator.Text;

namespace Fcn.Generator.Layers;

/// [Fcn(Classes = 21)]: the network itself.
internal sealed class NetworkLayer() : Layer("Fcn", Classes)
{
    public static readonly ClassCount Classes = new();

    public override bool InStream => false;

    public override Problem? Build(LayerDeclaration layer, NetworkBuilder network)
    {
        network.Classes = layer.Get(Classes);
        return null;
    }
}

/// 2 to 254: one class needs no network, labels are bytes and 255 is ignored. Optional: 0 stands for the network's.
internal sealed record ClassCount(bool IsOptional = false) : Setting<int>("Classes", 0)
{
    public override Problem? Check(LayerDeclaration layer) => layer.Get(this) is >= 2 and <= 254 || (IsOptional && layer.Get(this) == 0)
        ? null
        : Problem.At(layer, Name, ProblemId.ClassesOutOfRange, Literal.Of(layer.Get(this)));
}
