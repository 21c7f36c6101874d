namespace Fcn.Generator.Ops;

/// The image, mean subtracted: (N, Channels, H, W).
internal sealed record Input(int Channels) : Op
{
    public override string Word => "input";

    public override Shape Infer(IReadOnlyList<Node> inputs) => new MapShape(Channels, Extent.Input);

    public override void Pull(Node y, Node dy, Backward backward) { }
}
