namespace Fcn.Devices;

// What an engine is given must fit before kernels index with it.
internal static class BatchCheck
{
    /// <param name="network">Reads the batch.</param>
    /// <param name="input">The batch.</param>
    /// <param name="results">Room for results, or their number.</param>
    /// <param name="perPixel">Results of one pixel.</param>
    /// <param name="what">The results in words.</param>
    /// <exception cref="FcnException">The batch has other channels, or a size that no run has.</exception>
    /// <exception cref="ArgumentException">An array is shorter than the batch says, or there is room for more or fewer results.</exception>
    public static void Check(NetworkSummary network, InputBatch input, int results, int perPixel, string what)
    {
        if (input.Channels != network.Input.Channels)
            throw new FcnException($"{network.Name} reads {network.Input.Channels} channels; the batch has {input.Channels}.");
        new RunShape(default, input.Images, input.Height, input.Width).Verify();
        long pixels = (long)input.Images * input.Height * input.Width;
        // Longer is fine: batches of many sizes share one array.
        if (input.Pixels.Length < pixels * input.Channels)
            throw new ArgumentException($"{Words(input)} has {pixels * input.Channels} values; got {input.Pixels.Length}.");
        if (results != pixels * perPixel)
            throw new ArgumentException($"{Words(input)} has {pixels * perPixel} {what}; got room for {results}.");
    }

    private static string Words(InputBatch input) => $"A batch of {input.Images}x{input.Height}x{input.Width}x{input.Channels}";
}
