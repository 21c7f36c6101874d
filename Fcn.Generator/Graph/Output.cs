namespace Fcn.Generator.Graph;

/// A value that leaves the network, and what it is to the engine that runs it.
internal abstract record Output(Node Node)
{
    /// A head's class scores per pixel of the input.
    public sealed record Scores(Node Node, Head Head) : Output(Node);

    /// The class of every pixel of the input, by a head's scores.
    public sealed record Labels(Node Node, Head Head) : Output(Node);

    /// A head's training loss. The node's own value is the gradient that the loss begins with; the number, not weighted, goes to the head's
    /// loss cell.
    public sealed record Loss(Node Node, Head Head) : Output(Node);

    /// What the state of this name is from now on.
    public sealed record State(Node Node, string Parameter) : Output(Node);

    /// The gradient of the parameter of this name.
    public sealed record Gradient(Node Node, string Parameter) : Output(Node);
}
