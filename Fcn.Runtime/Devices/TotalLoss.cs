namespace Fcn.Devices;

// What is trained: the losses of all heads, each times its weight.
internal static class TotalLoss
{
    /// <param name="network">Knows the weights.</param>
    /// <param name="computed">The losses of all heads.</param>
    /// <param name="losses">Receives them; empty where nobody asks.</param>
    /// <exception cref="ArgumentException">There is room for more or fewer losses than there are heads.</exception>
    public static double Of(NetworkSummary network, ReadOnlySpan<double> computed, Span<double> losses)
    {
        if (!losses.IsEmpty)
        {
            if (losses.Length != computed.Length)
                throw new ArgumentException($"{network.Name} has {computed.Length} losses; got room for {losses.Length}.");
            computed.CopyTo(losses);
        }
        double total = 0;
        for (int head = 0; head < computed.Length; head++) total += network.Heads[head].LossWeight * computed[head];
        return total;
    }
}
