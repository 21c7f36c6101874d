using Fcn.Generator.Graph;
using Fcn.Generator.Kernels;
using Fcn.Generator.Text;

namespace Fcn.Generator.Ops;

/// Near each border one row (column) stands Count more times: row Left, and the row with Right rows behind it; every other row stands once.
/// y[h,w] = x[from(h), from(w)]. Size is that of the map which is made whole again: the input's and 2 Count.
internal sealed record Repeat(int Left, int Right, int Count, Extent Size) : Op
{
    public override string Word => "repeat";

    public override string Format => $"repeat {Literal.Of(Count)} at {Literal.Of(Left)}, -{Literal.Of(Right + 1)}";

    public override Shape Infer(IReadOnlyList<Node> inputs) => inputs[0].Map with { Size = Size };

    /// The pixels between the repeated rows lie Count further on; a repeated one is as good as its neighbour.
    public override Footprint? FootprintOn(int input) => Footprint.Shifted(Count);

    public override RowMap? Rows => null;

    public override long MultiplyAdds(Node node) => 0;

    public override void Check(NodeCheck check)
    {
        check.Inputs(1);
        check.Require(check.Phase >= Phase.Collapsed, "nothing is repeated before the pass CollapseBorder");
        check.Require(Left >= 0 && Right >= 0 && Count > 0, "its rows are no rows");
        var size = check.Node.Inputs[0].Map.Size;
        for (int n = 1; n <= Rational.Lcm(size.Period, Size.Period); n++)
        {
            check.Require(Size.At(n) == size.At(n) + 2 * Count, $"{size.At(n)} rows become {Size.At(n)}");
            check.Require(Left + Right + 1 < size.At(n), $"{size.At(n)} rows have no two to repeat");
        }
    }

    public override bool CanCarryTail => true;

    public override bool IsFactor(int input) => false;

    // from(h) = h, less what has been repeated up to there: 0 to Count rows at the left, as many at the right.
    public override Nest Loops(Node node)
    {
        Value Repeated(Value rows) => Value.Min(Count, Value.Max(0, rows));
        Value From(Value h, Value size) => h - Repeated(h - Left) - Repeated(h - (size + (Count - 1 - Right)));
        return new((p, _) => p.Read(0, From(p.H, p.Map(0).Height), From(p.W, p.Map(0).Width)));
    }

    public override void Pull(Node y, Node dy, Backward backward) =>
        backward.AccumulateInput(y, new RepeatGradient(this, y.Inputs[0].Map.Size), dy);
}

/// dx[h,w] = sum of dy over the rows and columns that came from (h, w): Count + 1 of them at a repeated one, else one.
internal sealed record RepeatGradient(Repeat Repeat, Extent Size) : ModeOp(Arity: 1)
{
    public override string Word => "repeat_gradient";

    public override bool CanCarryTail => true;

    public override Shape Infer(IReadOnlyList<Node> inputs) => inputs[0].Map with { Size = Size };

    // Behind a repeated row everything lies Count rows further on.
    public override Nest Loops(Node node)
    {
        int left = Repeat.Left, count = Repeat.Count;
        Value Right(Value size) => size - (2 * count + 1 + Repeat.Right);
        Value Behind(Value h, Value row) => Value.Min(1, Value.Max(0, h - row)) * count;
        Value To(Value h, Value size) => h + Behind(h, left) + Behind(h, Right(size));
        Value Came(Value i, Value h, Value size) => i.Equals(0) | h.Equals(left) | h.Equals(Right(size));
        return new((p, at) => p.Read(0, To(p.H, p.Map(0).Height) + at[0], To(p.W, p.Map(0).Width) + at[1]))
        {
            Reduce = [new("s", count + 1), new("t", count + 1)],
            Where = (p, at) => Came(at[0], p.H, p.Map(0).Height) & Came(at[1], p.W, p.Map(0).Width),
        };
    }
}
