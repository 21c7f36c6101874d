namespace Fcn;

/// <summary>
/// One network on one device: parameters, momentum and gradients live where the device wants them; this is how the runtime reaches them.
/// Parameters go by their index in <see cref="NetworkSummary.Parameters"/> and always cross in canonical order (OIHW).
/// Not thread-safe: one call at a time.
/// </summary>
public abstract class Engine : IDisposable
{
    /// <summary>The device in words, such as <c>cpu (AVX-512, 2 threads)</c>.</summary>
    public abstract string Device { get; }

    /// <summary>Copies a parameter's part of <paramref name="store"/> out, in canonical order.</summary>
    public abstract void Read(ParameterStore store, int parameter, Span<float> values);

    /// <summary>
    /// Replaces a parameter's part of <paramref name="store"/>. Values are taken as they are; <see cref="Network.SetParameter"/> refuses
    /// what is not finite.
    /// </summary>
    public abstract void Write(ParameterStore store, int parameter, ReadOnlySpan<float> values);

    /// <summary>Most likely class of every pixel.</summary>
    /// <param name="input">The prepared images.</param>
    /// <param name="labels">N · H · W class indices, 0 to the head's Classes − 1.</param>
    /// <param name="head">By whose scores, a place in <see cref="NetworkSummary.Heads"/>. What only others need is not computed.</param>
    /// <exception cref="NotFiniteException">A pixel has a score that is not finite; all labels are 0 then.</exception>
    public abstract void Segment(InputBatch input, Span<byte> labels, int head = 0);

    /// <summary>Scores before the softmax.</summary>
    /// <param name="input">The prepared images.</param>
    /// <param name="scores">N · C · H · W values in that order, C the head's Classes.</param>
    /// <param name="head">Whose, a place in <see cref="NetworkSummary.Heads"/>. What only others need is not computed.</param>
    /// <exception cref="NotFiniteException">A score is not finite; they are there to be looked at all the same.</exception>
    public abstract void Scores(InputBatch input, Span<float> scores, int head = 0);

    /// <summary>
    /// Forward and backward of one batch through all heads. State (running statistics) moves on; the gradients are added to
    /// <see cref="ParameterStore.Gradients"/>, or replace them if <see cref="BackwardStep.First"/>.
    /// </summary>
    /// <param name="input">The prepared images.</param>
    /// <param name="labels">
    /// For every head, one after the other, N · H · W class indices or 255. A head all of whose labels are 255 adds nothing.
    /// </param>
    /// <param name="step">Loss scale, dropout seed, whether gradients are replaced.</param>
    /// <param name="losses">
    /// Receives the loss of every head before it is weighted, summed over all pixels that are not ignored; empty where nobody asks.
    /// </param>
    /// <returns>The sum of the heads' losses, each times its <see cref="HeadSummary.LossWeight"/> (not scaled).</returns>
    public abstract double Backward(InputBatch input, ReadOnlySpan<byte> labels, in BackwardStep step, Span<double> losses = default);

    /// <summary>Caffe's SGD on all parameters: g = scale · gradient + decay · w; v = momentum · v + rate · g; w −= v, with each parameter's multipliers.</summary>
    public abstract void Update(in SolverStep step);

    /// <summary>Bytes that a run at this shape takes beyond parameters, by the memory plan; training runs all heads.</summary>
    public abstract long PlannedBytes(RunMode mode, int images, int height, int width, int head = 0);

    /// <inheritdoc/>
    public abstract void Dispose();
}

/// <summary>What a run is for; each has its own schedule.</summary>
public enum RunMode
{
    /// <summary>Classes per pixel; full-resolution scores are never stored.</summary>
    Segment,

    /// <summary>Scores per pixel and class.</summary>
    Scores,

    /// <summary>Forward, loss and backward.</summary>
    Training,
}

/// <summary>Memory that has one value per value of a parameter.</summary>
public enum ParameterStore
{
    /// <summary>The parameters.</summary>
    Values,

    /// <summary>Gradients of the last steps.</summary>
    Gradients,

    /// <summary>Momentum of the solver (Caffe: history).</summary>
    Momentum,
}

/// <summary>Images as the first layers read them. All inputs of a network have the same rows and columns.</summary>
/// <param name="Images">Number of images N.</param>
/// <param name="Height">Rows H.</param>
/// <param name="Width">Columns W.</param>
/// <param name="Inputs">For every input of the network, in the order of <see cref="NetworkSummary.Inputs"/>, what it reads.</param>
public sealed record InputBatch(int Images, int Height, int Width, IReadOnlyList<InputPixels> Inputs)
{
    /// <summary>Images for a network of one input: Channels C, and N · H · W · C values.</summary>
    public InputBatch(int images, int height, int width, int channels, float[] pixels)
        : this(images, height, width, [new InputPixels(channels, pixels)]) { }

    /// <summary>Channels of the first input.</summary>
    public int Channels => Inputs[0].Channels;

    /// <summary>Values of the first input.</summary>
    public float[] Pixels => Inputs[0].Pixels;
}

/// <summary>What one input reads of a batch.</summary>
/// <param name="Channels">Channels C.</param>
/// <param name="Pixels">N · H · W · C values, channels innermost, mean subtracted. The array may be longer: batches of many sizes share one.</param>
public sealed record InputPixels(int Channels, float[] Pixels);

/// <summary>Settings of one forward and backward pass.</summary>
/// <param name="LossScale">Factor on the gradient of the summed loss: 1/N for Caffe's unnormalised loss, 1/valid pixels for the mean.</param>
/// <param name="Seed">Seeds the dropout masks of this pass; equal seeds give equal masks.</param>
/// <param name="First">True: gradients are replaced; false: they are added to (iter_size).</param>
public readonly record struct BackwardStep(float LossScale, ulong Seed, bool First);

/// <summary>Settings of one update.</summary>
/// <param name="Rate">Learning rate of this iteration.</param>
/// <param name="Momentum">Momentum, [0, 1).</param>
/// <param name="Decay">Weight decay.</param>
/// <param name="GradientScale">Factor on accumulated gradients: 1 / iter_size.</param>
public readonly record struct SolverStep(float Rate, float Momentum, float Decay, float GradientScale);
