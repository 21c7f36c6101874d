// Caffe's SGD (sgd_solver.cpp, softmax_loss_layer.cpp):
// g = (Σ gradients of iter_size passes) / iter_size + decay · w; v = momentum · v + rate · g; w −= v.
using System.Globalization;

namespace Fcn.Training;

/// <summary>What the loss of several pixels is.</summary>
public enum LossMode
{
    /// <summary>
    /// Sum over all pixels that are not ignored, divided by the number of images (Caffe: normalize false, BATCH_SIZE); the released VGG
    /// networks.
    /// </summary>
    Sum,

    /// <summary>Mean over all pixels of the batch that are not ignored, at least 1 (Caffe: normalize true, VALID); FCN-AlexNet.</summary>
    Mean,
}

/// <summary>Caffe's stochastic gradient descent; multipliers of single layers stand in the network's declaration.</summary>
public sealed record SolverSettings
{
    /// <summary>
    /// Learning rate at the first iteration (Caffe: base_lr), above 0. Tiny with the summed loss, 1e-10 for FCN-32s; about 1e-4 to 1e-2
    /// with the mean.
    /// </summary>
    public double BaseRate { get; init; } = 1e-3;

    /// <summary>How the rate falls.</summary>
    public RatePolicy Policy { get; init; } = new RatePolicy.Fixed();

    /// <summary>Momentum, [0, 1): 0.99 for batches of one image, 0.9 for batches of 20 (paper, "heavy" learning).</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>Weight decay, 0 or more.</summary>
    public double WeightDecay { get; init; } = 5e-4;

    /// <summary>Batches whose gradients are averaged before one update (Caffe: iter_size), 1 or more.</summary>
    public int Accumulate { get; init; } = 1;

    /// <summary>Sum or mean of the loss; the right rate depends on it by a factor of the number of pixels.</summary>
    public LossMode Loss { get; init; } = LossMode.Mean;

    /// <summary>Learning rate of the update after <paramref name="iteration"/> completed ones.</summary>
    public double Rate(long iteration) => BaseRate * Policy.Factor(iteration);

    /// <summary>Factor by which a batch's summed loss becomes its loss (and its gradient).</summary>
    /// <param name="images">Images of the batch.</param>
    /// <param name="valid">Pixels that are not ignored.</param>
    public double LossScale(int images, long valid) => Loss switch
    {
        LossMode.Sum => 1.0 / images,
        LossMode.Mean => 1.0 / Math.Max(1, valid),
    };

    internal string AdviceOnDivergence => Loss switch
    {
        LossMode.Sum => "The loss is summed over pixels, so its rates are smaller than the mean's by about the number of pixels: " +
            "1e-10 for FCN-32s from VGG-16. Lower the rate tenfold, or take the mean loss.",
        LossMode.Mean => "Lower the rate tenfold, or the momentum; a network without pre-trained weights also needs its input scaled to " +
            "about unit deviation ([Input(Scale = 1f / 58)]).",
    };

    /// <summary>What the engine needs for the update after <paramref name="iteration"/> completed ones.</summary>
    public SolverStep Step(long iteration) => new((float)Rate(iteration), (float)Momentum, (float)WeightDecay, 1f / Accumulate);

    /// <summary>Checks every number.</summary>
    /// <exception cref="FcnException">One is out of its range.</exception>
    public void Verify()
    {
        if (!(BaseRate > 0 && double.IsFinite(BaseRate))) throw OutOfRange("The learning rate must be above 0", BaseRate);
        if (!(Momentum is >= 0 and < 1)) throw OutOfRange("The momentum must be at least 0 and below 1", Momentum);
        if (!(WeightDecay >= 0 && double.IsFinite(WeightDecay))) throw OutOfRange("The weight decay must be 0 or more", WeightDecay);
        if (Accumulate < 1) throw OutOfRange("Gradients are accumulated over at least 1 batch", Accumulate);
        Policy.Verify();
    }

    internal static FcnException OutOfRange(string rule, double value) =>
        new($"{rule}; got {value.ToString("R", CultureInfo.InvariantCulture)}.");
}
