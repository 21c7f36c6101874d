// A network and a set → one confusion matrix over the whole set; metrics are taken from it, never averaged over images.
using Fcn.Data;
using Fcn.Metrics;

namespace Fcn.Training;

/// <summary>An image that was just segmented.</summary>
/// <param name="Index">Its place in the set, from 0.</param>
/// <param name="Example">Image and true labels, as the network saw them.</param>
/// <param name="Prediction">The network's labels.</param>
public sealed record Evaluated(int Index, Example Example, LabelMap Prediction);

/// <summary>Runs a network over a set and compares.</summary>
public static class Evaluator
{
    /// <summary>
    /// Segments every image of a set, one by one, each at its own size; decoding runs ahead on another thread. Bad examples are left out
    /// where the set skips them.
    /// </summary>
    /// <param name="network">The network; the classes of its first head are the set's.</param>
    /// <param name="set">The set.</param>
    /// <param name="resize">Size to which images and labels are brought first; null for their own.</param>
    /// <param name="each">Called after every image, in the set's order.</param>
    /// <param name="cancellation">Looked at before every image.</param>
    /// <param name="failed">
    /// Called with the name of an example that cannot be segmented or for which memory, a library or access is lacking, and why; it is
    /// left out of the matrix. Null to end with it.
    /// </param>
    /// <exception cref="FcnException">
    /// The numbers of classes differ, an example is bad and the set does not skip those, or no pixel has a label; without
    /// <paramref name="failed"/>, or an example cannot be segmented.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static ConfusionMatrix Run(
        Network network, SegmentationSet set, PixelSize? resize = null, Action<Evaluated>? each = null,
        CancellationToken cancellation = default, Action<string, Exception>? failed = null)
    {
        NetworkSummary description = network.Description;
        RequireClasses(description, set);
        if (set.Count == 0) throw new FcnException($"{set.Name} has no examples to evaluate on.");
        var matrix = new ConfusionMatrix(description.Classes);
        var order = new SamplerState(SampleOrder.Sequential, set.Count, Seed: 0, Position: 0);
        var size = new Augmentation { Resize = resize };
        using var examples = new Prefetcher(set, order, new BatchBuilder(description), batchSize: 1, size, examples: set.Count);
        byte[] memory = [];
        bool isWhole = true;
        while (Next())
        {
            Batch batch = examples.Current;
            Span<byte> labels;
            try
            {
                if (memory.Length < batch.Labels.Length) memory = new byte[batch.Labels.Length];
                labels = memory.AsSpan(0, batch.Labels.Length);
                network.Engine.Segment(batch.Input, labels);
            }
            catch (Exception e) when (failed is not null && e is (FcnException or OutOfMemoryException))
            {
                Fail(e);
                continue;
            }
            catch (FcnException e)
            {
                string named = $"'{batch.Examples[0].Id}': {e.Message}";
                throw e is NotFiniteException ? new NotFiniteException(named, e) : new FcnException(named, e);
            }
            matrix.Add(batch.Labels, labels, batch.Input.Width);
            each?.Invoke(new Evaluated(Index(), batch.Examples[0], new LabelMap(batch.Input.Width, batch.Input.Height, labels.ToArray())));
        }
        set.RequireUsable();
        if (isWhole && matrix.Pixels == 0) throw SetSurvey.Unlabelled(set);
        return matrix;

        bool Next()
        {
            while (true)
            {
                cancellation.ThrowIfCancellationRequested();
                try
                {
                    return examples.MoveNext();
                }
                catch (MachineException e) when (failed is not null)
                {
                    Fail(e);
                }
            }
        }

        int Index() => (int)examples.Consumed.Position - 1;

        void Fail(Exception e)
        {
            failed!(set.Ids[Index()], e);
            isWhole = false;
        }
    }

    internal static void RequireClasses(NetworkSummary network, SegmentationSet set)
    {
        if (set.Classes != network.Classes)
            throw new FcnException(
                $"{network.Name} scores {network.Classes} classes but {set.Name} has {set.Classes}: " +
                $"declare the network with [Fcn(Classes = {set.Classes})].");
    }
}
