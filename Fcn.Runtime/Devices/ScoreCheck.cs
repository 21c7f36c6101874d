namespace Fcn.Devices;

// Scores that are not finite have no highest, and no label can be taken from them. Kernels mark such pixels instead of labelling them;
// scores that leave the network are looked at here. Of several places the first is named, whatever the device.
internal static class ScoreCheck
{
    /// What kernels write where a score of the pixel is not finite; networks have at most 254 classes.
    public const byte NoClass = byte.MaxValue;

    /// <exception cref="NotFiniteException">A pixel has no class. All labels are 0 then.</exception>
    public static void Labels(NetworkSummary network, InputBatch input, Span<byte> labels)
    {
        int at = labels.IndexOf(NoClass);
        if (at < 0) return;
        labels.Clear();
        throw Fault(network, input, at / input.Width / input.Height, at);
    }

    /// <exception cref="NotFiniteException">A score is not finite.</exception>
    public static void Scores(NetworkSummary network, InputBatch input, int head, ReadOnlySpan<float> scores)
    {
        int at = NotFinite.First(scores);
        if (at >= 0) throw Fault(network, input, at / input.Width / input.Height / network.Heads[head].Classes, at);
    }

    private static NotFiniteException Fault(NetworkSummary network, InputBatch input, int image, int at)
    {
        string place = $"row {at / input.Width % input.Height}, column {at % input.Width} of image {image + 1}";
        return new NotFiniteException(
            $"The scores of {network.Name} are not finite at {place}. " +
            "Its weights are not finite or far too large, as those of a training that diverged, or the pixels are not finite. " +
            "Load other weights, or train again at a lower rate.");
    }
}
