// How the learning rate falls: Caffe's lr_policy (sgd_solver.cpp, GetLearningRate), the three that FCN recipes use.
using System.Globalization;

namespace Fcn.Training;

/// <summary>
/// The learning rate as a function of the iteration: a factor on the base rate. A closed set: <see cref="Fixed"/>, <see cref="Step"/>,
/// <see cref="Poly"/>.
/// </summary>
public abstract record RatePolicy
{
    RatePolicy() { }

    /// <summary>Factor on the base rate for the update after <paramref name="iteration"/> completed ones (Caffe: iter_, from 0).</summary>
    public abstract double Factor(long iteration);

    /// <summary>The policy in words, such as <c>step(gamma 0.1, every 2000)</c>; equal policies have equal words.</summary>
    public abstract string Words { get; }

    internal abstract void Verify();

    /// <summary>Always the base rate: every network of the reference implementation.</summary>
    public sealed record Fixed : RatePolicy
    {
        /// <inheritdoc/>
        public override double Factor(long iteration) => 1;

        /// <inheritdoc/>
        public override string Words => "fixed";

        internal override void Verify() { }
    }

    /// <summary>Multiplied by gamma every so many iterations: gamma^⌊iteration / size⌋.</summary>
    /// <param name="Gamma">Factor at each step, above 0.</param>
    /// <param name="Size">Iterations between steps (Caffe: stepsize), 1 or more.</param>
    public sealed record Step(double Gamma, long Size) : RatePolicy
    {
        /// <inheritdoc/>
        public override double Factor(long iteration) => Math.Pow(Gamma, iteration / Size);

        /// <inheritdoc/>
        public override string Words => string.Create(CultureInfo.InvariantCulture, $"step(gamma {Gamma:R}, every {Size})");

        internal override void Verify()
        {
            if (!(Gamma > 0 && double.IsFinite(Gamma)) || Size < 1)
                throw new FcnException($"Rate policy {Words}: gamma must be above 0 and the step size at least 1 iteration.");
        }
    }

    /// <summary>Falls to zero along a power: (1 − iteration / iterations)^power.</summary>
    /// <param name="Power">Exponent, 0 or more; 0.9 in torchvision's and DeepLab's recipes.</param>
    /// <param name="Iterations">Iteration at which the rate is zero (Caffe: max_iter), 1 or more; it stays zero after.</param>
    public sealed record Poly(double Power, long Iterations) : RatePolicy
    {
        /// <inheritdoc/>
        public override double Factor(long iteration) => Math.Pow(Math.Max(0, 1 - (double)iteration / Iterations), Power);

        /// <inheritdoc/>
        public override string Words => string.Create(CultureInfo.InvariantCulture, $"poly(power {Power:R}, over {Iterations})");

        internal override void Verify()
        {
            if (!(Power >= 0 && double.IsFinite(Power)) || Iterations < 1)
                throw new FcnException($"Rate policy {Words}: the power must be 0 or more and the number of iterations at least 1.");
        }
    }
}
