using System.Runtime.InteropServices;
using Fcn.Devices.Cpu;

namespace Fcn.Devices;

// Scores that are not finite have no highest, and no label can be taken from them. Kernels mark such pixels instead of labelling them;
// scores that leave the network are looked at here. Of several places the first is named, whatever the device.
internal static unsafe class ScoreCheck
{
    /// What kernels write where a score of the pixel is not finite; networks have at most 254 classes.
    public const byte NoClass = byte.MaxValue;

    private const int Piece = 1 << 16;

    /// <exception cref="NotFiniteException">A pixel has no class. All labels are 0 then.</exception>
    public static void Labels(NetworkSummary network, InputBatch input, Span<byte> labels)
    {
        int at = labels.IndexOf(NoClass);
        if (at < 0) return;
        labels.Clear();
        throw Fault(network, input, at / input.Width / input.Height, at);
    }

    /// <exception cref="NotFiniteException">A score is not finite.</exception>
    public static void Scores(NetworkSummary network, InputBatch input, float* scores, int count)
    {
        if (!Parallel.For(0, Pieces(count), (i, all) => { if (First(Part(scores, count, i)) >= 0) all.Stop(); }).IsCompleted)
            throw Fault(network, input, scores, count);
    }

    /// <exception cref="NotFiniteException">A score is not finite.</exception>
    public static void Scores(NetworkSummary network, InputBatch input, float* scores, int count, CpuPool pool)
    {
        var look = new Look { Scores = scores, Count = count };
        pool.Run("scores", &LookAtPiece, &look, Pieces(count));
        if (look.Found != 0) throw Fault(network, input, scores, count);
    }

    /// Index of the first value that is not finite, -1 where all are.
    public static int First(ReadOnlySpan<float> values)
    {
        // By their bits they are two ranges, one for each sign: infinity, then all NaNs.
        var bits = MemoryMarshal.Cast<float, int>(values);
        int positive = bits.IndexOfAnyInRange(0x7F80_0000, int.MaxValue);
        if (positive >= 0) bits = bits[..positive];
        int negative = bits.IndexOfAnyInRange(unchecked((int)0xFF80_0000), -1);
        return negative >= 0 ? negative : positive;
    }

    private static void LookAtPiece(void* frame, int piece)
    {
        var look = (Look*)frame;
        if (First(Part(look->Scores, look->Count, piece)) >= 0) look->Found = 1;
    }

    private static int Pieces(int count) => (int)(((long)count + Piece - 1) / Piece);

    private static ReadOnlySpan<float> Part(float* scores, int count, int piece)
    {
        long from = (long)piece * Piece;
        return new(scores + from, (int)Math.Min(Piece, count - from));
    }

    private static NotFiniteException Fault(NetworkSummary network, InputBatch input, float* scores, int count)
    {
        int at = First(new ReadOnlySpan<float>(scores, count));
        return Fault(network, input, at / input.Width / input.Height / network.Classes, at);
    }

    private static NotFiniteException Fault(NetworkSummary network, InputBatch input, int image, int at)
    {
        string place = $"row {at / input.Width % input.Height}, column {at % input.Width} of image {image + 1}";
        return new NotFiniteException(
            $"The scores of {network.Name} are not finite at {place}. " +
            "Its weights are not finite or far too large, as those of a training that diverged, or the pixels are not finite. " +
            "Load other weights, or train again at a lower rate.");
    }

    private struct Look
    {
        public float* Scores;
        public int Count;
        public int Found;
    }
}
