using Fcn.Generator.Diagnostics;
using Fcn.Generator.Graph;
using Fcn.Generator.Layers;
using Fcn.Generator.Ops;
using Fcn.Generator.Text;

namespace Fcn.Generator.Passes;

// What is wrong where two maps do not meet, with the numbers and a way out.
internal sealed class AlignmentAdvice(IReadOnlyList<NamedLayer> layers)
{
    public Problem NotWhole(Node at, Node x, Node reference, Rational offset)
    {
        string way = offset.Denominator == 2 && x.Op.FootprintOn(0)?.Spreads is { } kernel
            ? $"Kernel = {Literal.Of(kernel % 2 == 0 ? kernel - 1 : kernel + 1)} here shifts it by half a pixel"
            : "Choose kernels and pads whose centres fall on whole pixels: odd kernels for odd strides, even kernels for even strides";
        return At(at, "Kernel", ProblemId.CropNotWhole, x.Name, reference.Name, offset.ToString(), way);
    }

    public Problem Negative(Node at, Node scores, int offset) =>
        At(at, null, ProblemId.CropNegative, scores.Name, Literal.Of(offset), Literal.Of(-offset), Pad(-offset));

    public Problem ScoresDoNotFit(Node at, Node scores, int offset, (int Pixels, int Input) shortfall) =>
        At(at, null, ProblemId.CropDoesNotFit, scores.Name, ((Input)at.Inputs[1].Op).Name, Literal.Of(offset), Literal.Of(shortfall.Input),
            Literal.Of(scores.Map.Size.At(shortfall.Input)), Literal.Of(offset + shortfall.Input), Pad(shortfall.Pixels));

    /// None of the maps lies within all others. Told of the first two of which that is true.
    public Problem MapsDoNotFit(Node join)
    {
        var (first, other) = join.Inputs.SelectMany((a, i) => join.Inputs.Skip(i + 1).Select(b => (a, b)))
            .First(static pair => !AlignSkips.Covers(pair.a, pair.b) && !AlignSkips.Covers(pair.b, pair.a));
        int offset = (int)AlignSkips.Offset(other, first).Numerator;
        bool otherIsCut = offset >= 0;
        var (cut, whole, by) = otherIsCut ? (other, first, offset) : (first, other, -offset);
        int input = AlignSkips.Shortfall(cut.Map.Size, whole.Map.Size, by).Input;
        string way = Of(join).Kind != LayerKind.Fuse
            ? $"Raise a Pad before '{cut.Name}', or lower one before '{whole.Name}', until both begin and end at the same places"
            : otherIsCut
                ? $"Let the scores shrink more: a lower Pad or a larger Kernel between the tap and '{ScoreOf(join)}'"
                : $"Let the scores shrink less: a higher Pad or a smaller Kernel between the tap and '{ScoreOf(join)}'";
        return At(join, null, ProblemId.CropDoesNotFit, cut.Name, whole.Name, Literal.Of(by), Literal.Of(input),
            Literal.Of(cut.Map.Size.At(input)), Literal.Of(by + whole.Map.Size.At(input)), way);
    }

    // The score layer that the head of a layer begins with.
    private string ScoreOf(Node at) =>
        layers.TakeWhile(l => l.Name != at.Name).Last(static l => l is { Kind: LayerKind.Score, Source.Word: "Score" }).Name;

    // A pad in front of everything moves the scores against the input by as much, and prolongs them by twice as much.
    private string Pad(int pixels)
    {
        if (layers.FirstOrDefault(static l => l.Kind == LayerKind.Conv) is not { } first) return "Begin with a padded convolution";
        int pad = first.Source.Get(ConvLayer.Pad), step = (int)Coordinates.Stride(first.Nodes[0].Inputs[0]).Numerator;
        return $"Raise Pad of '{first.Name}' from {Literal.Of(pad)} to {Literal.Of(pad + (pixels + step - 1) / step)}";
    }

    private Problem At(Node node, string? setting, ProblemId id, params string[] arguments) =>
        Problem.At(Of(node).Source, setting, id, arguments);

    private NamedLayer Of(Node node) => layers.First(l => l.Nodes.Any(n => n.Name == node.Name));
}
