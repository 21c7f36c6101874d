namespace Fcn.Generator.Layers;

// Every word that a declaration may use.
internal static class LayerCatalog
{
    public static IReadOnlyList<Layer> All { get; } =
    [
        new NetworkLayer(),
        new InputLayer(),
        new ConvLayer(),
        new MaxPoolLayer(),
        new BatchNormLayer(),
        new ConcatLayer(),
        new SumLayer(),
        new ScoreLayer(),
        new SkipLayer(),
        new UpsampleLayer(),
    ];

    public static Layer? Find(string word) => All.FirstOrDefault(l => l.Word == word);
}
