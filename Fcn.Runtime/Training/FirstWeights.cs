// What a run begins with.
using Fcn.Weights;

namespace Fcn.Training;

static class FirstWeights
{
    // Zeros in every convolution stay zeros: their gradients are zero as well. What is seen then is a loss of ln(classes) for ever.
    public static void Require(Network network)
    {
        IReadOnlyList<ParameterSummary> parameters = network.Description.Parameters;
        using NativeBuffer buffer = NativeBuffer.ForLargest(parameters);
        bool drawn = false;
        for (int i = 0; i < parameters.Count; i++)
        {
            if (parameters[i].Fill != Fill.He) continue;
            drawn = true;
            Span<float> values = buffer.Of<float>((int)Tensor.Count(parameters[i].Shape));
            network.Engine.Read(ParameterStore.Values, i, values);
            if (values.ContainsAnyExcept(0f)) return;
        }
        if (drawn)
            throw new FcnException(
                $"All convolutions of {network.Description.Name} are zero, so it cannot learn: call Initialize(seed) first, " +
                "or Load or InitFrom weights.");
    }

    // No update has happened, so no rate is to blame.
    public static NotFiniteException Blamed(Network network) => new(
        $"The loss of {network.Description.Name} is not finite before any update: the weights that training starts from are too large " +
        "for it, or for its input. Start from others, or from drawn ones (without --init-from).");

    // An earlier trainer of this network may have left some.
    public static void ClearMomentum(Network network)
    {
        IReadOnlyList<ParameterSummary> parameters = network.Description.Parameters;
        using NativeBuffer buffer = NativeBuffer.ForLargest(parameters);
        for (int i = 0; i < parameters.Count; i++)
        {
            Span<float> zeros = buffer.Of<float>((int)Tensor.Count(parameters[i].Shape));
            zeros.Clear();
            network.Engine.Write(ParameterStore.Momentum, i, zeros);
        }
    }
}
