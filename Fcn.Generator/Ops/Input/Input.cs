using Fcn.Generator.Graph;
using Fcn.Generator.Text;

namespace Fcn.Generator.Ops;

/// An image, mean subtracted: (N, Channels, H, W). All inputs of a network have the same H and W. Name: by which the engine knows it; the
/// node gives way to a layer of that name.
internal sealed record Input(int Channels, string Name = Input.Standard) : Leaf
{
    /// The name of a network's only input, as in the reference.
    public const string Standard = "data";

    public override string Word => "input";

    public override string Format => $"input {Literal.Of(Channels)}";

    public override Shape Infer(IReadOnlyList<Node> inputs) => new MapShape(Channels, Extent.Input);
}
