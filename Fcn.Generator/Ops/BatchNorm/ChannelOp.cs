namespace Fcn.Generator.Ops;

/// An op of one mode whose value is a number per channel. Its inputs are maps of those channels, and such numbers.
internal abstract record ChannelOp(int Arity) : ModeOp(Arity)
{
    public override bool CanCarryTail => false;

    public override Shape Infer(IReadOnlyList<Node> inputs) =>
        new WeightShape(inputs[0].Shape is MapShape map ? map.Channels : ((WeightShape)inputs[0].Shape).Out, 1, 1);

    /// Pixels of all images of a map.
    public static Value Pixels(Value height, Value width) => (Value.Field("N", KernelType.Int) * height * width).To(Element.Float);
}

/// A sum over the pixels of all images, channel by channel. The first input is a map.
internal abstract record ChannelSum(int Arity) : ChannelOp(Arity)
{
    /// What a pixel adds; inputs at the pixel and its channels, by their numbers.
    public abstract Value Term(IReadOnlyList<Value> inputs);

    /// What becomes of the sum over so many pixels.
    public virtual Value Finish(Value sum, Value pixels) => sum;
}

/// A number per channel from others. Where an input is a map, its pixels are counted.
internal abstract record ChannelMap(int Arity) : ChannelOp(Arity)
{
    public abstract Value Apply(IReadOnlyList<Value?> inputs, Value? pixels);
}

/// The sum of a map. Word: what it is used for.
internal sealed record GradientSum(string Use) : ChannelSum(Arity: 1)
{
    public override string Word => Use;

    public override Value Term(IReadOnlyList<Value> inputs) => inputs[0];
}
