// One direction of an image: for every column (or row) of the result, which source columns it is made of. Scaling sets the weights,
// cropping picks a range, mirroring reverses it; so any combination costs one pass. Pixel centres lie at halves: x ↦ (x + ½) · source /
// scaled − ½, as in OpenCV and torch's interpolate(align_corners=False); labels take the pixel that contains the centre (torch:
// nearest-exact).
using Fcn.Devices;

namespace Fcn.Data;

/// <summary>Source columns of every column of a resampled, cropped, mirrored image.</summary>
sealed class Axis
{
    readonly int[] left;
    readonly int[] right;
    readonly float[] weight;
    readonly int[] nearest;

    /// <summary>
    /// The part [first, first + length) of a direction scaled from <paramref name="source"/> to <paramref name="scaled"/> pixels.
    /// </summary>
    /// <param name="source">Pixels of the source.</param>
    /// <param name="scaled">Pixels after scaling.</param>
    /// <param name="first">First pixel of the part, counted before mirroring.</param>
    /// <param name="length">Pixels of the part.</param>
    /// <param name="mirrored">The part is reversed.</param>
    public Axis(int source, int scaled, int first, int length, bool mirrored)
    {
        (left, right, weight, nearest) = (new int[length], new int[length], new float[length], new int[length]);
        for (int i = 0; i < length; i++)
        {
            int x = first + (mirrored ? length - 1 - i : i);
            nearest[i] = (int)((2L * x + 1) * source / (2L * scaled));
            double at = Math.Clamp((x + 0.5) * source / scaled - 0.5, 0, source - 1);
            left[i] = (int)at;
            right[i] = Math.Min(left[i] + 1, source - 1);
            weight[i] = (float)(at - left[i]);
        }
    }

    int Length => left.Length;

    /// <summary>Bilinear interpolation, rounded to the nearest level.</summary>
    public static Image Sample(Image source, Axis columns, Axis rows)
    {
        int channels = source.Channels;
        byte[] result = HostMemory.NewArray<byte>(
            (long)rows.Length * columns.Length * channels, $"An image of {columns.Length}x{rows.Length}x{channels} takes",
            "Scale less, or crop.");
        int stride = source.Width * channels;
        int to = 0;
        for (int y = 0; y < rows.Length; y++)
        {
            ReadOnlySpan<byte> upper = source.Pixels.AsSpan(rows.left[y] * stride, stride);
            ReadOnlySpan<byte> lower = source.Pixels.AsSpan(rows.right[y] * stride, stride);
            float down = rows.weight[y];
            for (int x = 0; x < columns.Length; x++)
            {
                (int a, int b, float across) = (columns.left[x] * channels, columns.right[x] * channels, columns.weight[x]);
                for (int c = 0; c < channels; c++)
                {
                    float above = upper[a + c] + across * (upper[b + c] - upper[a + c]);
                    float below = lower[a + c] + across * (lower[b + c] - lower[a + c]);
                    result[to++] = (byte)(above + down * (below - above) + 0.5f);
                }
            }
        }
        return new Image(columns.Length, rows.Length, result, channels);
    }

    /// <summary>The label of the nearest pixel: classes cannot be mixed.</summary>
    public static LabelMap Sample(LabelMap source, Axis columns, Axis rows)
    {
        var result = new byte[rows.Length * columns.Length];
        int to = 0;
        foreach (int y in rows.nearest)
        {
            ReadOnlySpan<byte> row = source.Labels.AsSpan(y * source.Width, source.Width);
            foreach (int x in columns.nearest) result[to++] = row[x];
        }
        return new LabelMap(columns.Length, rows.Length, result);
    }
}
