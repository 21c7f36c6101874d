namespace Fcn.Generator.Graph;

/// A value that leaves the network, and what it is to the engine that runs it.
internal abstract record Output(Node Node)
{
    /// Class scores per pixel of the input.
    public sealed record Scores(Node Node) : Output(Node);

    /// The class of every pixel of the input.
    public sealed record Labels(Node Node) : Output(Node);

    /// The training loss. The node's own value is the gradient that the loss begins with; the number goes to the step's loss cells.
    public sealed record Loss(Node Node) : Output(Node);

    /// What the state of this name is from now on.
    public sealed record State(Node Node, string Parameter) : Output(Node);

    /// The gradient of the parameter of this name.
    public sealed record Gradient(Node Node, string Parameter) : Output(Node);
}
