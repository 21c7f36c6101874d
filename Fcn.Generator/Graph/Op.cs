namespace Fcn.Generator.Graph;

/// A tensor operation: a value. Its mathematics stand in Ops/<Name>, in reading order: shape, place, gradient, loops. Whatever the compiler
/// has to know of an op is a member here. A member is abstract where no answer is right for every op, so that a new op does not compile
/// until it is told.
internal abstract record Op
{
    /// The op's word in printed graphs and messages.
    public abstract string Word { get; }

    /// The op with its settings, as a printed graph shows it: conv 64 k3 s1 p100. What is usual is left out.
    public abstract string Format { get; }

    public abstract Shape Infer(IReadOnlyList<Node> inputs);

    /// Which pixels of this input one output pixel comes from; null where the input is no map, or the output has no place on it (weights,
    /// losses).
    public abstract Footprint? FootprintOn(int input);

    /// How rows that are equal to each other in the first input stay so in the output (Passes/CollapseBorder); null where they do not, or
    /// where the output depends on a second map.
    public abstract RowMap? Rows { get; }

    /// Multiply-adds for one output pixel, all channels.
    public abstract long MultiplyAdds(Node node);

    /// Says what is illegal about a node of this op: how many inputs it has, and of which shapes, and from which phase on it may stand in a
    /// graph.
    public abstract void Check(NodeCheck check);

    /// Whether elementwise ops can be applied to its result while that is in registers (Passes/Fuse).
    public abstract bool CanCarryTail { get; }

    /// Whether the map at this input is a factor of a contraction, which GPUs read in the element that their matrix units multiply.
    public abstract bool IsFactor(int input);

    /// The scalar definition of a map-shaped output; null for ops whose schedules write their kernels themselves (weights, losses, labels).
    public virtual Nest? Loops(Node node) => null;

    /// How many pixels beyond its border the op reads of a map input, expecting zeros there.
    public virtual int Reach(int input) => 0;

    /// Adds the gradient of <dy, y> for every input that has one; see Passes/BuildBackward.
    public virtual void Pull(Node y, Node dy, Backward backward) => throw new InvalidOperationException($"{Word} has no gradient.");
}

/// What stands where a network begins: nothing is computed, so there is nothing to fuse, to count or to lay out.
internal abstract record Leaf : Op
{
    public override Footprint? FootprintOn(int input) => null;

    public override RowMap? Rows => null;

    public override long MultiplyAdds(Node node) => 0;

    public override void Check(NodeCheck check) => check.Inputs(0);

    public override bool CanCarryTail => false;

    public override bool IsFactor(int input) => false;

    public override void Pull(Node y, Node dy, Backward backward) { }
}

/// What stands in the graph of one mode alone: labels, loss, gradients. Nobody asks for its place on the image; Arity: how many inputs it
/// has.
internal abstract record ModeOp(int Arity) : Op
{
    public override string Format => Word;

    public override Footprint? FootprintOn(int input) => null;

    public override RowMap? Rows => null;

    public override long MultiplyAdds(Node node) => throw new InvalidOperationException($"'{node.Name}' ({Word}) is in no layer table.");

    public override void Check(NodeCheck check)
    {
        check.Require(check.Phase > Phase.Collapsed, $"{Word} is no op of this phase");
        check.Inputs(Arity);
    }

    public override bool IsFactor(int input) => false;
}

/// An op that can be computed on the way, by whatever yields its first input.
internal interface IRider;

/// An op that works element by element on its first input, so that it can be fused into whatever yields that input.
internal interface IElementwise : IRider
{
    /// How many inputs it has beside the first.
    int Others { get; }

    /// Whether those inputs hold a number per channel instead of being maps.
    bool ReadsVectors { get; }

    /// Whether a larger value stays at least as large, so that a maximum may be taken before it.
    bool KeepsOrder { get; }

    /// The op applied to a value; further inputs are read at their numbers from <paramref name="others"/> on.
    Value Apply(Point point, Value value, int others);
}

/// An elementwise op of a network itself, gradients aside. Its output lies where its inputs lie; one that reads parameters as well says so.
internal abstract record Elementwise(int Others) : Op, IElementwise
{
    public virtual bool ReadsVectors => false;

    public abstract bool KeepsOrder { get; }

    public abstract Value Apply(Point point, Value value, int others);

    public override Shape Infer(IReadOnlyList<Node> inputs) => inputs[0].Shape;

    public override Footprint? FootprintOn(int input) => Footprint.Pixel;

    public override RowMap? Rows => Others == 0 ? RowMap.Each : null;

    public override void Check(NodeCheck check) => check.Inputs(1 + Others);

    public override bool CanCarryTail => false;

    public override bool IsFactor(int input) => false;

    public override Nest Loops(Node node) => new((p, _) => Apply(p, p.Read(0, p.H, p.W), 1));
}
