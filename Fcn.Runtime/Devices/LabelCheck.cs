using System.Numerics;

namespace Fcn.Devices;

// Labels are classes or 255. Kernels index with them, so a stray one must be found before any runs.
internal static class LabelCheck
{
    /// <param name="network">Its heads have classes of their own.</param>
    /// <param name="labels">Those of all heads, one after the other.</param>
    /// <param name="height">Of an image.</param>
    /// <param name="width">Of an image.</param>
    /// <exception cref="FcnException">A label is neither a class nor 255; names the first such label and its place.</exception>
    public static void Check(NetworkSummary network, ReadOnlySpan<byte> labels, int height, int width)
    {
        int each = labels.Length / network.Heads.Count;
        for (int head = 0; head < network.Heads.Count; head++)
        {
            string what = network.Heads.Count == 1 ? "" : $" for '{network.Heads[head].Name}'";
            Check(labels.Slice(head * each, each), network.Heads[head], what, height, width);
        }
    }

    private static void Check(ReadOnlySpan<byte> labels, HeadSummary head, string what, int height, int width)
    {
        int classes = head.Classes, at = FirstStray(labels, classes);
        if (at < 0) return;
        string place = $"row {at / width % height}, column {at % width} of image {at / width / height + 1}{what}";
        throw new FcnException($"Label {labels[at]} at {place} is neither a class (0 to {classes - 1}) nor 255 (ignored).");
    }

    // Adding 1 wraps 255 to 0: then a label is stray if it is above the number of classes.
    private static int FirstStray(ReadOnlySpan<byte> labels, int classes)
    {
        if (classes >= byte.MaxValue) return -1;
        var limit = new Vector<byte>((byte)classes);
        int i = 0;
        for (; i + Vector<byte>.Count <= labels.Length; i += Vector<byte>.Count)
        {
            if (Vector.GreaterThanAny(new Vector<byte>(labels[i..]) + Vector<byte>.One, limit)) break;
        }
        for (; i < labels.Length; i++)
        {
            if ((byte)(labels[i] + 1) > classes) return i;
        }
        return -1;
    }
}
