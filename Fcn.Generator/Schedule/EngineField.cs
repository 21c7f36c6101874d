using Fcn.Generator.Graph;
using Fcn.Generator.Kernels;
using Fcn.Generator.Ops;

namespace Fcn.Generator.Schedule;

/// What the engine gives for every input and head, by names that no layer can have. Kernels know it by its role (Image, Labels, Scores,
/// Loss); launches bind one to the other.
internal static class EngineField
{
    public static Value Image(Node input) => Pointer($"@{((Input)input.Op).Name}", Element.Float);

    /// Classes per pixel: written where labels leave, read by the loss.
    public static Value Labels(Head head) => Pointer($"@labels.{head.Name}", Element.Byte);

    public static Value Scores(Head head) => Pointer($"@scores.{head.Name}", Element.Float);

    /// One double: the loss as it is before it is weighted.
    public static Value Loss(Head head) => Pointer($"@loss.{head.Name}", Element.Double);

    /// Of one graph, all.
    public static IEnumerable<string> Names(NetworkGraph graph) =>
    [
        .. graph.Nodes.Where(static n => n.Op is Input).Select(static n => Image(n).Name),
        .. graph.Outputs.SelectMany<Output, Value>(static o => o switch
        {
            Output.Scores scores => [Scores(scores.Head)],
            Output.Labels labels => [Labels(labels.Head)],
            Output.Loss loss => [Labels(loss.Head), Loss(loss.Head)],
            _ => [],
        }).Select(static f => f.Name),
    ];

    private static Value Pointer(string name, Element element) => Value.Field(name, KernelType.To(element));
}
