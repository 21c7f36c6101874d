using Fcn.Generator.Declaration;

namespace Fcn.Generator.Ops;

/// The channels of several maps one behind the other (Caffe: Concat). Channels: how many each input has.
internal sealed record Concat(EquatableArray<int> Channels) : Op
{
    public override string Word => "concat";

    public override string Format => $"{Word} {string.Join("+", Channels.Select(Literal.Of))}";

    public override Shape Infer(IReadOnlyList<Node> inputs) => inputs[0].Map with { Channels = Channels.Sum() };

    public override Footprint? FootprintOn(int input) => Footprint.Pixel;

    public override RowMap? Rows => null;

    public override long MultiplyAdds(Node node) => 0;

    public override void Check(NodeCheck check)
    {
        check.Inputs(Channels.Count);
        var first = check.Node.Inputs[0];
        foreach (var (input, channels) in check.Node.Inputs.Zip(Channels, static (input, channels) => (input, channels)))
        {
            check.Require(input.Map == new MapShape(channels, first.Map.Size), $"'{input.Name}' is {input.Shape}");
            bool meet = check.Phase > Phase.Collapsed || Coordinates.Of(input) == Coordinates.Of(first);
            check.Require(meet, "it joins maps that do not lie on top of each other");
        }
    }

    public override bool CanCarryTail => true;

    public override bool IsFactor(int input) => false;

    // Every input is read, at a channel that it has, and one of the values is taken: no target needs a branch.
    public override Nest Loops(Node node) => new((p, _) =>
    {
        Value result = Of(p, Channels.Count - 1);
        for (int i = Channels.Count - 2; i >= 0; i--) result = Value.Select(p.Channel < First(i + 1), Of(p, i), result);
        return result;
    })
    { Vectorizes = false };

    public override void Pull(Node y, Node dy, Backward backward)
    {
        for (int i = 0; i < Channels.Count; i++)
        {
            if (!backward.Wants(y.Inputs[i])) continue;
            var slice = new Slice(First(i), Channels[i], Channels.Sum());
            backward.Accumulate(y.Inputs[i], backward.Builder.Add($"{y.Name}.slice{Literal.Of(i)}", slice, dy));
        }
    }

    private int First(int input) => Channels.Take(input).Sum();

    private Value Of(Point p, int input) =>
        p.Read(input, Value.Min(Channels[input] - 1, Value.Max(0, p.Channel - First(input))), p.H, p.W);
}

/// Some channels of a map: the gradient of one that was concatenated.
internal sealed record Slice(int First, int Channels, int Of) : ModeOp(Arity: 1)
{
    public override string Word => "slice";

    public override string Format => $"{Word} {Literal.Of(Channels)} from {Literal.Of(First)}";

    public override bool CanCarryTail => true;

    public override Shape Infer(IReadOnlyList<Node> inputs) => inputs[0].Map with { Channels = Channels };

    public override void Check(NodeCheck check)
    {
        base.Check(check);
        check.Require(check.Node.Inputs[0].Map.Channels == Of, $"it takes channels of {Of}");
    }

    public override Nest Loops(Node node) => new((p, _) => p.Read(0, p.Channel + First, p.H, p.W)) { Vectorizes = false };
}
