namespace Fcn.Generator.Schedule.Gpu;

// Where a parameter or its gradient lies: [o][a][b][i] in flat fp32 memory, without gaps (CudaParameter in the runtime). In a kernel the name is its
// role (weight, bias, gradient). Flipped: (o, i, a, b) is read at (i, o, Kernel-1-a, Kernel-1-b) of the memory, so that FlipWeight moves nothing;
// Out and In are those of the flipped weight.
internal sealed record GpuWeight(string Name, Value Memory, int Out, int In, int Kernel, bool Flipped = false)
{
    /// The role's field.
    public Value Pointer => Value.Field(Name, KernelType.To(Element.Float));

    /// Channels of the innermost axis of the memory, as kernels know them.
    public Value Innermost => Value.Field($"{Name}_in", KernelType.Int);

    public long Length => (long)Out * In * Kernel * Kernel;

    public Value At(Value o, Value i, Value a, Value b)
    {
        if (Flipped) (o, i, a, b) = (i, o, Kernel - 1 - a, Kernel - 1 - b);
        return ((o.To(Element.Index) * Kernel + a) * Kernel + b) * Innermost + i;
    }

    /// A vector of a kernel, whatever it is in a schedule.
    public static GpuWeight Role(string name) => new(name, Value.Field(name, KernelType.To(Element.Float)), 0, 1, 1);

    public GpuWeight As(string role) => this with { Name = role };

    public GpuWeight Flip() => this with { Out = In, In = Out, Flipped = !Flipped };
}

/// Places of all parameters of a network: each begins at a multiple of Unit floats, so that a block of the update sees one parameter.
internal sealed record GpuParameterPlan(IReadOnlyDictionary<string, GpuWeight> Weights, IReadOnlyDictionary<string, long> Offsets, long Floats)
{
    /// CudaParameter.Unit.
    public const int Unit = 1024;

    public static GpuParameterPlan Of(NetworkGraph graph)
    {
        var weights = new Dictionary<string, GpuWeight>();
        var offsets = new Dictionary<string, long>();
        long at = 0;
        foreach (var node in graph.Nodes.Where(static n => n.Op is Parameter))
        {
            var shape = (WeightShape)node.Shape;
            weights[node.Name] = new(node.Name, Value.Field("Parameters", KernelType.To(Element.Float)) + (Value)at, shape.Out, shape.In, shape.Kernel);
            offsets[node.Name] = at;
            at += (weights[node.Name].Length + Unit - 1) / Unit * Unit;
        }
        return new(weights, offsets, at);
    }

    public GpuWeight Gradient(string parameter) =>
        Weights[parameter] with { Memory = Value.Field("Gradients", KernelType.To(Element.Float)) + (Value)Offsets[parameter] };
}
