using Fcn.Generator.Graph;
using Fcn.Generator.Kernels;
using Fcn.Generator.Ops;

namespace Fcn.Generator.Schedule;

/// Parameters' places in flat memory, shared by all schedules of a network.
internal sealed record ParameterPlan(IReadOnlyDictionary<string, WeightBuffer> Weights, IReadOnlyDictionary<string, long> Offsets)
{
    public static ParameterPlan Of(NetworkGraph graph)
    {
        var weights = new Dictionary<string, WeightBuffer>();
        var offsets = new Dictionary<string, long>();
        long at = 0;
        foreach (var node in graph.Nodes.Where(static n => n.Op is Parameter))
        {
            var (shape, name) = ((WeightShape)node.Shape, node.Name);
            var pointer = Value.Field("Parameters", KernelType.To(Element.Float)) + (Value)at;
            weights[name] = new(name, pointer, shape.Out, shape.In, shape.Kernel, WeightOrder.InBlock(node, graph));
            offsets[name] = at;
            at += weights[name].Length;
        }
        return new(weights, offsets);
    }

    public WeightBuffer Gradient(string parameter) =>
        Weights[parameter] with { Pointer = Value.Field("Gradients", KernelType.To(Element.Float)) + (Value)Offsets[parameter] };
}
