using Fcn.Generator.Declaration;
using Fcn.Generator.Diagnostics;

namespace Fcn.Generator.Layers;

/// [Concat("inception3a", "a", "b")]: the channels of one map behind those of the other.
internal sealed class ConcatLayer() : JoiningLayer("Concat", LayerKind.Concat)
{
    protected override Problem? Check(LayerDeclaration layer, IReadOnlyList<Node> inputs) => null;

    protected override IEnumerable<Node> Join(string name, LayerDeclaration layer, IReadOnlyList<Node> inputs, GraphBuilder graph) =>
        [graph.Add(name, new Join(new Concat([.. inputs.Select(static i => i.Map.Channels)])), [.. inputs])];
}
