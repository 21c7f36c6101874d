namespace Fcn.Devices;

// How many values every parameter has, by the layer table and by the generated code alike.
internal sealed class ParameterCounts
{
    private readonly NetworkSummary _network;
    private readonly long[] _counts;

    /// <param name="network">The layer table.</param>
    /// <param name="counts">Values that the generated code keeps of every parameter.</param>
    /// <exception cref="ArgumentException">The code is that of another network.</exception>
    public ParameterCounts(NetworkSummary network, IEnumerable<long> counts)
    {
        (_network, _counts) = (network, [.. counts]);
        if (_counts.Length != network.Parameters.Count)
            throw new ArgumentException($"{network.Name}'s code places {_counts.Length} parameters of {network.Parameters.Count}.");
        for (int i = 0; i < _counts.Length; i++)
        {
            var (name, shape) = (network.Parameters[i].Name, network.Parameters[i].Shape);
            if (_counts[i] == Tensor.Count(shape)) continue;
            throw new ArgumentException(
                $"{network.Name}'s code gives '{name}' {_counts[i]} values; its shape is {Tensor.Describe(shape)}.");
        }
    }

    /// <exception cref="ArgumentException">There is no such parameter, or it has another number of values.</exception>
    public void Check(int parameter, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(parameter);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(parameter, _counts.Length);
        if (length != _counts[parameter])
            throw new ArgumentException($"'{_network.Parameters[parameter].Name}' has {_counts[parameter]} values; got {length}.");
    }

    /// A store in words: "The gradients of Fcn8s take".
    public string Take(ParameterStore store) => $"The {Words(store)} of {_network.Name} take";

    private static string Words(ParameterStore store) => store switch
    {
        ParameterStore.Values => "parameters",
        ParameterStore.Gradients => "gradients",
        ParameterStore.Momentum => "momentum values",
    };
}
