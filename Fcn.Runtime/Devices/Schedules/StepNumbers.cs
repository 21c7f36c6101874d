namespace Fcn.Devices.Schedules;

// What changes from step to step, in memory that kernels read: a captured graph, or the arguments of a launch, stay valid. The order is that of
// StepFields in the generator.
internal struct StepNumbers
{
    /// 1: gradients are added to; 0: they are replaced.
    public int Accumulate;

    /// Seeds the dropout masks of this step.
    public int Seed;

    /// Factor on the gradient of the summed loss.
    public float LossScale;

    /// The solver's learning rate.
    public float Rate;

    /// The solver's momentum.
    public float Momentum;

    /// The solver's weight decay.
    public float Decay;

    /// Factor on accumulated gradients: 1 / iter_size.
    public float GradientScale;

    // The loss behind it is a double.
    public int Padding;
}
