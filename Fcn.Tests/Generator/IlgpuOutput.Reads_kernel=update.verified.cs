// v = momentum v + rate (scale g + decay w); w = w - v.
// Groups of 256 threads.
public static void update(ArrayView<float> Multipliers, ArrayView<int> Step, ArrayView<float> Parameters, ArrayView<float> Gradients, ArrayView<float> Momentum)
{ unchecked {
    float rate = Multipliers[Grid.IdxX * 2];
    if (0f < rate)
    {
        float decay = Real.OfBits(Step[5]) * Multipliers[Grid.IdxX * 2 + 1];
        long at = (long)Grid.IdxX * 1024 + Group.IdxX * 4;
        Float4 value = Float4.Load(Parameters, at);
        Float4 gradient = Float4.Of(Real.OfBits(Step[6])) * Float4.Load(Gradients, at) + Float4.Of(decay) * value;
        Float4 velocity = Float4.Of(Real.OfBits(Step[4])) * Float4.Load(Momentum, at) + Float4.Of(Real.OfBits(Step[3]) * rate) * gradient;
        Float4.Store(Momentum, at, velocity);
        Float4.Store(Parameters, at, value - velocity);
    }
} }