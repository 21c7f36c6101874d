namespace Fcn.Generator.Graph;

// Gradients under construction: what BuildBackward hands to every op's Pull. Gradients that meet are summed in the order in which they
// arrive; Sum: the op that adds two of a shape.
internal sealed class Backward(GraphBuilder builder, Func<Node, bool> wants, Func<Shape, Op> sum)
{
    private readonly Dictionary<Node, Node> _gradients = [];

    public GraphBuilder Builder { get; } = builder;

    /// Whether anything learned lies at or above this node.
    public bool Wants(Node node) => wants(node);

    public Node? Of(Node node) => _gradients.TryGetValue(node, out var gradient) ? gradient : null;

    public void Accumulate(Node node, Node gradient)
    {
        if (!Wants(node)) return;
        _gradients[node] = _gradients.TryGetValue(node, out var before)
            ? Builder.Add($"{gradient.Name}.sum", sum(node.Shape), gradient, before)
            : gradient;
    }

    /// Adds the gradient of the map that y reads first.
    public void AccumulateInput(Node y, Op op, params Node[] inputs)
    {
        if (Wants(y.Inputs[0])) Accumulate(y.Inputs[0], Builder.Add($"{y.Name}.input_gradient", op, inputs));
    }

    /// Adds the gradient of a parameter that y reads. It has the parameter's name, or, where another one has that, y's and the parameter's
    /// part in y.
    public void AccumulateParameter(Node parameter, Node y, string part, Op op, params Node[] inputs)
    {
        if (!Wants(parameter)) return;
        string name = Of(parameter) is null ? $"{parameter.Name}.gradient" : $"{y.Name}.gradient.{part}";
        Accumulate(parameter, Builder.Add(name, op, inputs));
    }
}
