namespace Fcn.Devices;

// What an engine is given must fit before kernels index with it.
internal static class BatchCheck
{
    /// <param name="network">Reads the batch.</param>
    /// <param name="input">The batch.</param>
    /// <param name="head">The head that is asked.</param>
    /// <param name="results">Room for results, or their number.</param>
    /// <param name="perPixel">Results of one pixel.</param>
    /// <param name="what">The results in words.</param>
    /// <exception cref="FcnException">The batch has other inputs or channels, or a size that no run has.</exception>
    /// <exception cref="ArgumentException">
    /// There is no such head, an array is shorter than the batch says, or there is room for more or fewer results.
    /// </exception>
    public static void Check(NetworkSummary network, InputBatch input, int head, int results, int perPixel, string what)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(head);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(head, network.Heads.Count);
        if (input.Inputs.Count != network.Inputs.Count)
            throw new FcnException(
                $"{network.Name} reads {network.Inputs.Count} inputs ({string.Join(", ", network.Inputs.Select(static i => i.Name))}); " +
                $"the batch has {input.Inputs.Count}.");
        for (int i = 0; i < network.Inputs.Count; i++)
        {
            int channels = network.Inputs[i].Channels;
            if (input.Inputs[i].Channels == channels) continue;
            string of = network.Inputs.Count == 1 ? "" : $" of '{network.Inputs[i].Name}'";
            throw new FcnException($"{network.Name} reads {channels} channels{of}; the batch has {input.Inputs[i].Channels}.");
        }
        new RunShape(default, input.Images, input.Height, input.Width).Verify();
        long pixels = (long)input.Images * input.Height * input.Width;
        for (int i = 0; i < input.Inputs.Count; i++)
        {
            // Longer is fine: batches of many sizes share one array.
            var (channels, values) = input.Inputs[i];
            if (values.Length < pixels * channels)
                throw new ArgumentException($"{Words(input, channels)} has {pixels * channels} values; got {values.Length}.");
        }
        if (results != pixels * perPixel)
            throw new ArgumentException($"{Words(input, input.Channels)} has {pixels * perPixel} {what}; got room for {results}.");
    }

    private static string Words(InputBatch input, int channels) => $"A batch of {input.Images}x{input.Height}x{input.Width}x{channels}";
}
