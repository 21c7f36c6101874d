using Fcn.Generator.Diagnostics;
using Fcn.Generator.Text;
using Fcn.Generator.Layers;

namespace Fcn.Generator.Passes;

/// Needs: footprints (Op.FootprintOn). Gives: Join(up, skip) -> Add(up, Crop(skip)), or Add(skip, Crop(up)) where the upsampled map is the
/// larger one, and other joins likewise; Align(x, input) -> Crop(x); no Join and no Align is left. Because: valid convolutions shrink a map and pads grow it, so FCN
/// cuts where maps meet; the offset follows from composing both maps back to the input (Caffe python/caffe/coord_map.py), nobody is asked.
internal static class AlignSkips
{
    public static NetworkGraph Run(NetworkGraph graph, IReadOnlyList<NamedLayer> layers, List<Problem> problems)
    {
        var wayOut = new AlignmentAdvice(layers);
        return graph.Map((node, builder) => node.Op switch
        {
            _ when problems.Count > 0 => node,
            Join => Meet(node, builder, wayOut, problems),
            Align => Cut(node, builder, wayOut, problems),
            _ => node,
        });
    }

    // fuse_pool4 = upscore2 + score_pool4c: all others are cropped to the first input that lies within all of them. The reference always crops the
    // skip; where that cannot be, the upsampled scores are cropped.
    private static Node Meet(Node join, GraphBuilder builder, AlignmentAdvice wayOut, List<Problem> problems)
    {
        var (into, first) = (((Join)join.Op).Into, join.Inputs[0]);
        foreach (var other in join.Inputs)
        {
            if (Offset(other, first) is not { IsWhole: false } offset) continue;
            problems.Add(wayOut.NotWhole(join, first, other, offset));
            return join;
        }
        if (join.Inputs.FirstOrDefault(whole => join.Inputs.All(cut => Covers(cut, whole))) is not { } smallest)
        {
            problems.Add(wayOut.MapsDoNotFit(join));
            return join;
        }
        var parts = join.Inputs.Select(Part);
        // A sum begins with the map that is not cropped, so that it can ride on it.
        if (into is Add) parts = [smallest, .. parts.Where(p => p != smallest)];
        return builder.Add(join.Name, into, [.. parts]);

        Node Part(Node cut)
        {
            int by = (int)Offset(cut, smallest).Numerator;
            return by == 0 && cut.Map.Size == smallest.Map.Size ? cut
                : builder.Add(builder.Free($"{cut.Name}c"), new Crop(by, smallest.Map.Size), cut);
        }
    }

    // Whether a map can be cropped to another one, at all sizes of the image.
    public static bool Covers(Node cut, Node whole) =>
        Offset(cut, whole) is { Numerator: >= 0 } by && Shortfall(cut.Map.Size, whole.Map.Size, (int)by.Numerator).Pixels <= 0;

    // score = upscore8 cut to the input, which cannot be cut itself.
    private static Node Cut(Node align, GraphBuilder builder, AlignmentAdvice wayOut, List<Problem> problems)
    {
        var (scores, data) = (align.Inputs[0], align.Inputs[1]);
        var offset = Offset(scores, data);
        int by = (int)offset.Numerator;
        var shortfall = Shortfall(scores.Map.Size, data.Map.Size, by);
        var problem = !offset.IsWhole ? wayOut.NotWhole(align, scores, data, offset)
            : by < 0 ? wayOut.Negative(align, scores, by)
            : shortfall.Pixels > 0 ? wayOut.ScoresDoNotFit(align, scores, by, shortfall)
            : null;
        if (problem is null) return builder.Add(align.Name, new Crop(by, data.Map.Size), scores);
        problems.Add(problem);
        return align;
    }

    /// How far into x the reference begins: both maps, composed from the input, must have the same scale.
    public static Rational Offset(Node x, Node reference)
    {
        CoordinateMap here = Coordinates.Of(x), there = Coordinates.Of(reference);
        return here.Scale == there.Scale
            ? here.Shift + -there.Shift
            : throw new InvalidOperationException(
                $"'{x.Name}' has stride {1 / here.Scale} where '{reference.Name}' has stride {1 / there.Scale}.");
    }

    /// The pixels by which a map of this size, cropped by the offset, is too short for the target: the worst over all inputs from 1 up.
    public static (int Pixels, int Input) Shortfall(Extent size, Extent target, int offset)
    {
        int period = Rational.Lcm(size.Period, target.Period);
        return Enumerable.Range(1, period)
            .Select(n => (Pixels: offset + target.At(n) - size.At(n), Input: n))
            .Aggregate(static (worst, next) => next.Pixels > worst.Pixels ? next : worst);
    }
}
