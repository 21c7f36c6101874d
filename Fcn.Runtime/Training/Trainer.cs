// A network, batches and settings → a trained network. Step is the mathematics; Run adds what surrounds it: validation, log, checkpoints.
// Caffe: solver.cpp Step, sgd_solver.cpp ApplyUpdate.
using System.Diagnostics;
using System.Globalization;
using Fcn.Data;
using Fcn.Metrics;
using Fcn.Weights;

namespace Fcn.Training;

/// <summary>
/// Trains any compiled network. Equal network, weights, batches and settings give equal results bit for bit, in one go or resumed.
/// Not thread-safe.
/// </summary>
public sealed class Trainer : IDisposable
{
    // Keeps dropout's random streams apart from those of data order and augmentation, which may have the same seed.
    const long DropoutKey = 2;

    readonly Network network;
    readonly BatchSource batches;
    readonly TrainerSettings settings;
    readonly LossAverage losses;
    readonly Stopwatch clock = new();
    long imagesTimed, validatedAt, savedAt = -1;
    ValidationReport? lastValidation;

    /// <summary>A trainer at iteration 0 with the network's present weights and zero momentum.</summary>
    /// <param name="network">Stays the caller's.</param>
    /// <param name="batches">Disposed with the trainer.</param>
    /// <param name="settings">Solver, length and seed.</param>
    /// <exception cref="FcnException">A setting is out of its range.</exception>
    public Trainer(Network network, BatchSource batches, TrainerSettings settings)
    {
        settings.Verify();
        (this.network, this.batches, this.settings) = (network, batches, settings);
        losses = new LossAverage(settings.LossWindow);
        ClearMomentum();
    }

    /// <summary>A trainer on a set: by default one image per batch, shuffled anew every epoch.</summary>
    /// <exception cref="FcnException">A setting is out of its range, or the set has other classes than the network.</exception>
    public Trainer(Network network, SegmentationSet set, TrainerSettings settings, BatchSettings? batches = null)
        : this(network, new SegmentationBatches(set, network.Description, batches ?? new BatchSettings()), settings) { }

    /// <summary>Set on which mean IU is taken; null for none.</summary>
    public SegmentationSet? Validation { get; init; }

    /// <summary>Size to which validation images are brought; null for their own.</summary>
    public PixelSize? ValidationSize { get; init; }

    /// <summary>Where log, curve, confusion matrix and weights go; null to write nothing.</summary>
    public RunFolder? Folder { get; init; }

    /// <summary>Completed updates.</summary>
    public long Iteration { get; private set; }

    /// <summary>Highest mean IU so far; null before the first validation.</summary>
    public double? BestMeanIU { get; private set; }

    /// <summary>Iteration at which <see cref="BestMeanIU"/> was reached.</summary>
    public long BestIteration { get; private set; }

    /// <summary>After every update.</summary>
    public event Action<StepReport>? Stepped;

    /// <summary>After every image of a validation: how many are done.</summary>
    public event Action<int>? Validating;

    /// <summary>After every validation.</summary>
    public event Action<ValidationReport>? Validated;

    /// <summary>After every checkpoint: its path.</summary>
    public event Action<string>? Saved;

    /// <summary>
    /// Goes on from a checkpoint of the same network and settings: weights, momentum, iteration, data order, best score. Later rows of the
    /// log are dropped.
    /// </summary>
    /// <exception cref="FcnException">
    /// The file cannot be read, is no checkpoint, or is one of another network or of other settings: all differences are listed.
    /// </exception>
    public void Resume(string checkpoint)
    {
        CheckpointState state = Checkpoint.Load(checkpoint, network, Fingerprint.Of(network, batches, settings));
        (Iteration, validatedAt, BestMeanIU, BestIteration) = (state.Iteration, state.Validated, state.BestMeanIU, state.BestIteration);
        losses.Restore([.. state.Losses]);
        batches.Seek(state.Position);
        Folder?.Log.Rewind(Iteration);
        savedAt = Iteration;
    }

    /// <summary>Saves all that <see cref="Resume"/> needs; the path holds this checkpoint or the one before at any moment.</summary>
    /// <exception cref="FcnException">The file cannot be written, or a weight is no longer finite; the file keeps what it held.</exception>
    public void Save(string path)
    {
        Checkpoint.Save(path, network, new CheckpointState
        {
            Iteration = Iteration,
            Position = batches.Position,
            Losses = losses.ToArray(),
            Validated = validatedAt,
            BestMeanIU = BestMeanIU,
            BestIteration = BestIteration,
            Settings = Fingerprint.Of(network, batches, settings),
        });
        Saved?.Invoke(path);
    }

    /// <summary>One update: forward and backward of as many batches as are accumulated, then Caffe's SGD. Writes no file.</summary>
    /// <exception cref="FcnException">
    /// The loss is not finite (the weights stay as they were), an example cannot be read, or the network was never given weights.
    /// </exception>
    public StepReport Step()
    {
        if (Iteration == 0) RequireWeights();
        clock.Start();
        SolverSettings solver = settings.Solver;
        double loss = 0;
        for (int part = 0; part < solver.Accumulate; part++)
        {
            Batch batch = batches.Next();
            ReadOnlySpan<byte> labels = batch.Labels;
            long valid = labels.Length - labels.Count(LabelMap.Ignore);
            double scale = solver.LossScale(batch.Input.Images, valid);
            ulong seed = new RandomStream(settings.Seed, Iteration, part, DropoutKey).Next();
            loss += scale * network.Engine.Backward(batch.Input, labels, new BackwardStep((float)scale, seed, First: part == 0));
            imagesTimed += batch.Input.Images;
        }
        loss /= solver.Accumulate;
        if (!double.IsFinite(loss)) throw Diverged(loss);
        network.Engine.Update(solver.Step(Iteration));
        clock.Stop();

        losses.Add(loss);
        Iteration++;
        var report = new StepReport(Iteration, loss, losses.Mean, solver.Rate(Iteration - 1), ImagesPerSecond);
        Stepped?.Invoke(report);
        return report;
    }

    /// <summary>Trains up to the last iteration, validating, logging and saving on the way.</summary>
    /// <param name="cancellation">Looked at after every update and validation image; the run then saves a checkpoint and returns.</param>
    /// <exception cref="FcnException">
    /// The loss is not finite, an example cannot be read or a file not be written; the last checkpoint is intact.
    /// </exception>
    public TrainingResult Run(CancellationToken cancellation = default)
    {
        if (Validation is not null) Evaluator.RequireClasses(network.Description, Validation);
        Folder?.MakeWeights();
        Folder?.WriteEnvironment(network.Engine);
        // A run that was stopped in the middle of a validation makes up for it first.
        bool pending = IsUnvalidated;
        while (pending || Iteration < settings.Iterations)
        {
            if (cancellation.IsCancellationRequested) break;
            if (!pending) Step();
            pending = false;
            bool validate = IsValidationDue, last = Iteration == settings.Iterations;
            if (validate && !Validate(cancellation)) break;
            if (validate || last || Iteration % settings.LogEvery == 0) Log(validate);
            if (validate || last || IsDue(settings.CheckpointEvery)) SaveLast();
        }
        if (savedAt != Iteration) SaveLast();
        bool completed = Iteration >= settings.Iterations && !IsUnvalidated;
        double loss = losses.Count == 0 ? double.NaN : losses.Mean;
        return new TrainingResult(Iteration, completed, loss, lastValidation, BestMeanIU, BestIteration);
    }

    /// <inheritdoc/>
    public void Dispose() => batches.Dispose();

    bool IsValidationDue => Validation is not null && (Iteration == settings.Iterations || IsDue(settings.ValidateEvery));

    bool IsUnvalidated => Iteration > 0 && IsValidationDue && validatedAt < Iteration;

    double ImagesPerSecond => clock.ElapsedTicks == 0 ? 0 : imagesTimed / clock.Elapsed.TotalSeconds;

    bool IsDue(long every) => every > 0 && Iteration % every == 0;

    // False where it was cancelled: then it did not happen.
    bool Validate(CancellationToken cancellation)
    {
        ConfusionMatrix matrix;
        try
        {
            matrix = Evaluator.Run(network, Validation!, ValidationSize, image => Validating?.Invoke(image.Index + 1), cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return false;
        }
        ValidationScores scores = ValidationScores.Of(matrix);
        bool best = scores.MeanIU > (BestMeanIU ?? double.NegativeInfinity);
        if (best) (BestMeanIU, BestIteration) = (scores.MeanIU, Iteration);
        validatedAt = Iteration;
        lastValidation = new ValidationReport(Iteration, matrix, scores, best);
        Folder?.WriteConfusion(matrix, Validation!.ClassNames);
        if (best && Folder is not null) network.Save(Folder.Best, BestNotes(scores));
        Validated?.Invoke(lastValidation);
        return true;
    }

    void Log(bool validated)
    {
        double rate = settings.Solver.Rate(Iteration - 1);
        ValidationScores? scores = validated ? lastValidation!.Scores : null;
        Folder?.Log.Append(new LogRow(Iteration, losses.Last, losses.Mean, rate, ImagesPerSecond, scores));
        clock.Reset();
        imagesTimed = 0;
    }

    // The log goes to the disk first: a checkpoint never knows of iterations that the log has lost.
    void SaveLast()
    {
        if (Folder is null) return;
        Folder.Log.Flush();
        Save(Folder.Last);
        savedAt = Iteration;
        Folder.WriteCurve($"{network.Description.Name}, {Iteration} iterations");
    }

    Dictionary<string, string> BestNotes(ValidationScores scores) => new()
    {
        ["network"] = network.Description.Name,
        ["iteration"] = Iteration.ToString(CultureInfo.InvariantCulture),
        ["mean_iu"] = scores.MeanIU.ToString("R", CultureInfo.InvariantCulture),
    };

    // Zeros in every convolution stay zeros: their gradients are zero as well. What is seen then is a loss of ln(classes) for ever.
    void RequireWeights()
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

    // An earlier trainer of this network may have left some.
    void ClearMomentum()
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

    FcnException Diverged(double loss)
    {
        string advice = settings.Solver.Loss switch
        {
            LossMode.Sum => "The loss is summed over pixels, so its rates are smaller than the mean's by about the number of pixels: " +
                "1e-10 for FCN-32s from VGG-16. Lower the rate tenfold, or take the mean loss.",
            LossMode.Mean => "Lower the rate tenfold, or the momentum; a network without pre-trained weights also needs its input scaled " +
                "to about unit deviation ([Input(Scale = 1f / 58)]).",
        };
        string intact = Folder is not null && File.Exists(Folder.Last)
            ? $" The last checkpoint is intact: start from it with --init-from {Folder.Last} and a lower rate."
            : "";
        string value = double.IsNaN(loss) ? "NaN" : "infinite";
        string rate = settings.Solver.Rate(Iteration).ToString("R", CultureInfo.InvariantCulture);
        return new FcnException(
            $"Training has diverged: the loss is {value} at iteration {Iteration + 1} with learning rate {rate}. {advice}{intact}");
    }
}
