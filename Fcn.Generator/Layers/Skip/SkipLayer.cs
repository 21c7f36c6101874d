using Fcn.Generator.Declaration;
using Fcn.Generator.Diagnostics;
using Fcn.Generator.Graph;
using Fcn.Generator.Ops;
using Fcn.Generator.Text;

namespace Fcn.Generator.Layers;

/// [Skip("pool4", Upsample = 2)]: upscore2 (of the score layer) or upscore_pool4 (of the fused scores of pool4), scale_pool4 where there is
/// a scale, score_pool4, and their sum fuse_pool4. Which of both is cropped, and where, AlignSkips finds out.
internal sealed class SkipLayer() : Layer("Skip", Tap, Upsample, Kernel, Learned, Scale, Rate, From)
{
    public static readonly Reference Tap = new("Tap") { Leading = true };
    public static readonly Whole Upsample = new("Upsample", 2, 2, 1023);
    public static readonly Whole Kernel = new("Kernel", 0, 0, 4095);
    public static readonly Flag Learned = new("Learned", false);
    public static readonly Real Scale = new("Scale", 1);
    public static readonly Real Rate = new("Rate", 1, 0);

    public override Problem? Build(LayerDeclaration layer, NetworkBuilder network)
    {
        string name = layer.Get(Tap);
        int factor = layer.Get(Upsample);
        if (network.ExpectScores(layer) is { } misplaced) return misplaced;
        if (network.Taps.FirstOrDefault(t => t.Name == name)?.Result is not { } tap) return Unknown(layer, name, network);

        string upscore = network.NameInHead(network.LastTap is { } last ? $"upscore_{last}" : $"upscore{Literal.Of(factor)}");
        string scoreName = network.NameInHead($"score_{name}"), fuse = network.NameInHead($"fuse_{name}");
        string scale = network.NameInHead($"scale_{name}");
        bool scaled = !layer.Get(Scale).Equals(1.0);
        if ((Meet(layer, tap, upscore, network)
            ?? network.Claim(scoreName, layer, Tap.Name)
            ?? network.Claim(fuse, layer, Tap.Name)
            ?? (scaled ? network.Claim(scale, layer, Tap.Name) : null)
            ?? network.Claim(upscore, layer, null)
            ?? UpsampleLayer.Window(layer, Kernel, Learned, factor, network)) is { } problem) return problem;

        var up = UpsampleLayer.Add(upscore, network.Head, factor, layer.Get(Kernel), layer.Get(Learned), layer, network);
        if (scaled)
            tap = network.List(LayerKind.Scale, layer, network.Graph.Add(scale, new Scale(layer.Get(Scale)), tap));
        var score = ScoreLayer.Add(scoreName, tap, network.ClassesOfHead, layer.Get(Rate), layer, network);
        var sum = network.List(LayerKind.Fuse, layer, network.Graph.Add(fuse, new Join(new Add()), up, score));
        network.Continue(sum, Stage.Scores, name);
        return null;
    }

    // Both streams must have the same stride; otherwise the message says which factor or which tap would do.
    private static Problem? Meet(LayerDeclaration layer, Node tap, string upscore, NetworkBuilder network)
    {
        int factor = layer.Get(Upsample);
        Rational from = Coordinates.Stride(network.Head), to = Coordinates.Stride(tap), reached = from / factor;
        if (reached == to) return null;

        List<string> ways = [];
        if (from / to is { IsWhole: true, Numerator: >= 2 } fitting) ways.Add($"Upsample by {fitting} here");
        var others = network.Taps.Where(t => Coordinates.Stride(t.Result) == reached).ToList();
        var other = others.LastOrDefault(static t => t.Kind == LayerKind.Pool) ?? others.LastOrDefault();
        if (other is not null) ways.Add($"{(ways.Count > 0 ? "tap" : "Tap")} '{other.Name}'");
        if (ways.Count == 0) ways.Add("Tap a layer whose stride divides that of the scores");
        return Problem.At(layer, layer.Find(Upsample.Name) is null ? Tap.Name : Upsample.Name, ProblemId.SkipStrideMismatch,
            tap.Name, to.ToString(), upscore, from.ToString(), Literal.Of(factor), reached.ToString(), string.Join(", or ", ways));
    }

    private static Problem Unknown(LayerDeclaration layer, string name, NetworkBuilder network)
    {
        var taps = network.Taps.Select(static t => t.Name).ToList();
        return Problem.At(layer, Tap.Name, ProblemId.UnknownTap, name, Spelling.Nearest(name, taps), string.Join(", ", taps));
    }
}
