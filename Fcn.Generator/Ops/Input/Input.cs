using Fcn.Generator.Graph;
using Fcn.Generator.Text;

namespace Fcn.Generator.Ops;

/// The image, mean subtracted: (N, Channels, H, W).
internal sealed record Input(int Channels) : Leaf
{
    public override string Word => "input";

    public override string Format => $"input {Literal.Of(Channels)}";

    public override Shape Infer(IReadOnlyList<Node> inputs) => new MapShape(Channels, Extent.Input);
}
