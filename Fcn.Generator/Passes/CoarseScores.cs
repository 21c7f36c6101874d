using Fcn.Generator.Graph;
using Fcn.Generator.Ops;

namespace Fcn.Generator.Passes;

/// What the last kernel of a head reads: the coarse scores, where the score is their cropped upsampling, else the score itself.
internal static class CoarseScores
{
    public static (Node Coarse, Upsample Upsample, int Offset) Of(Node score, NetworkGraph graph)
    {
        return score.Op is Crop crop && score.Inputs[0] is { Op: Upsample upsample } up && graph.UsersOf(up).Count() == 1
            ? (up.Inputs[0], upsample, crop.Offset)
            : (score, new Upsample(1, 1), 0);
    }
}
