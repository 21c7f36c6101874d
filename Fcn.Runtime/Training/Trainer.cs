// A network, batches and settings → a trained network. Step is the mathematics; Run adds what surrounds it: validation, log, checkpoints.
using System.Globalization;
using Fcn.Data;
using Fcn.Files;
using Fcn.Metrics;
using Fcn.Weights;

namespace Fcn.Training;

/// <summary>
/// Trains any compiled network. Equal network, weights, batches and settings give equal results bit for bit, in one go or resumed.
/// Not thread-safe.
/// </summary>
public sealed class Trainer : IDisposable
{
    readonly Network network;
    readonly BatchSource batches;
    readonly TrainerSettings settings;
    readonly Solver solver;
    readonly LossAverage losses;
    long validatedAt;
    (long Iteration, long Validated)? saved;
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
        (solver, losses) = (new Solver(network, batches, settings), new LossAverage(settings.LossWindow));
        FirstWeights.ClearMomentum(network);
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

    /// <summary>Iteration of the last checkpoint in <see cref="Folder"/>; null before the first.</summary>
    public long? SavedIteration => saved?.Iteration;

    /// <summary>True where nothing is left to do: the last iteration is trained and validated.</summary>
    public bool IsCompleted => Iteration >= settings.Iterations && !IsUnvalidated;

    /// <summary>
    /// Loss per labelled pixel, in nats, over the last <see cref="TrainerSettings.LossWindow"/> updates, however the solver weighs it; NaN
    /// where this session had fewer. A network that guesses has ln(classes).
    /// </summary>
    public double PixelLoss => solver.PixelLoss;

    /// <summary>After every update.</summary>
    public event Action<StepReport>? Stepped;

    /// <summary>After every image of a validation: how many are done.</summary>
    public event Action<int>? Validating;

    /// <summary>After every validation, before anything of it is written: what it found is known even where the disk is full.</summary>
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
        // The row of an iteration that is still to be validated is written again with what the validation finds.
        Folder?.Log.Rewind(IsUnvalidated ? Iteration - 1 : Iteration);
        saved = (Iteration, validatedAt);
    }

    /// <summary>Saves all that <see cref="Resume"/> needs; the path holds this checkpoint or the one before at any moment.</summary>
    /// <exception cref="FcnException">The file cannot be written; it keeps what it held.</exception>
    /// <exception cref="NotFiniteException">A weight is no longer finite; the file keeps what it held.</exception>
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

    /// <summary>
    /// One update: forward and backward of as many batches as are accumulated, then Caffe's SGD. Writes no file. Where reading or
    /// computing fails, the trainer is as it was before, and the next call takes the same examples.
    /// </summary>
    /// <exception cref="NotFiniteException">The loss is not finite: the first weights are too large, or training has diverged.</exception>
    /// <exception cref="FcnException">An example cannot be read, or the network was never given weights.</exception>
    public StepReport Step()
    {
        if (Iteration == 0) FirstWeights.Require(network);
        double loss = solver.Step(Iteration);
        if (!double.IsFinite(loss))
            throw Iteration == 0 ? FirstWeights.Blamed(network)
                : Diverged($"the loss is {(double.IsNaN(loss) ? "NaN" : "infinite")} at iteration {Iteration + 1}", Iteration);
        losses.Add(loss);
        Iteration++;
        var report = new StepReport(Iteration, loss, losses.Mean, settings.Solver.Rate(Iteration - 1), solver.ImagesPerSecond);
        Stepped?.Invoke(report);
        return report;
    }

    /// <summary>
    /// Trains up to the last iteration, validating, logging and saving on the way. With a folder, a checkpoint is there from the beginning,
    /// before every validation and at the end, whatever ends the run; that all of them fit on the disk is proved before the first one.
    /// Before a checkpoint the network segments one image: one that has just blown up replaces no sound one.
    /// </summary>
    /// <param name="cancellation">Looked at after every update and validation image; the run then saves a checkpoint and returns.</param>
    /// <exception cref="NotFiniteException">Training has diverged: loss, weights or scores are not finite; checkpoints stay.</exception>
    /// <exception cref="FcnException">
    /// An example cannot be read or a file not be written. What was trained is saved where that is possible: <see cref="SavedIteration"/>
    /// tells.
    /// </exception>
    public TrainingResult Run(CancellationToken cancellation = default)
    {
        if (Validation is not null) Evaluator.RequireClasses(network.Description, Validation);
        if (Iteration == 0) FirstWeights.Require(network);
        if (Folder is not null) Prepare(Folder);
        try
        {
            Train(cancellation);
        }
        catch (Exception e) when (e is not NotFiniteException)
        {
            SaveAfterFailure();
            throw;
        }
        double loss = losses.Count == 0 ? double.NaN : losses.Mean;
        return new TrainingResult(Iteration, IsCompleted, loss, lastValidation, BestMeanIU, BestIteration);
    }

    /// <inheritdoc/>
    public void Dispose() => batches.Dispose();

    bool IsValidationDue => Validation is not null && (Iteration == settings.Iterations || IsDue(settings.ValidateEvery));

    bool IsUnvalidated => Iteration > 0 && IsValidationDue && validatedAt < Iteration;

    bool IsDue(long every) => every > 0 && Iteration % every == 0;

    // What can fail at the end is tried before the first update.
    void Prepare(RunFolder folder)
    {
        bool isThere = File.Exists(folder.Last);
        if (isThere && SavedIteration is null)
            throw new FcnException($"'{folder.Last}' is another run's: resume it, or create a new folder for this run.");
        folder.MakeWeights();
        folder.WriteEnvironment(network.Engine);
        long weights = network.Description.Parameters.Sum(static p => Tensor.Count(p.Shape)) * sizeof(float);
        folder.ReserveWeights(Checkpoint.Bytes(weights, settings.LossWindow), Validation is null ? 0 : weights);
        if (!isThere) SaveLast();
    }

    void Train(CancellationToken cancellation)
    {
        // A run that was stopped in the middle of a validation makes up for it first.
        bool pending = IsUnvalidated;
        while (!cancellation.IsCancellationRequested && (pending || Iteration < settings.Iterations))
        {
            if (!pending) Step();
            pending = false;
            bool validate = IsValidationDue, last = Iteration == settings.Iterations;
            // A validation reads other files and takes long: what was trained is safe before. What it finds is in the checkpoint after this
            // one; a run that goes on from this one validates again.
            if (validate && SavedIteration != Iteration) SaveLast();
            if (validate && !Validate(cancellation)) break;
            if (validate || last || Iteration % settings.LogEvery == 0) Log(validate);
            if (IsDue(settings.CheckpointEvery) && SavedIteration != Iteration) SaveLast();
        }
        if (saved != (Iteration, validatedAt)) SaveLast();
    }

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
        catch (NotFiniteException)
        {
            throw Diverged($"the scores in the validation after iteration {Iteration} are not finite", Iteration - 1);
        }
        ValidationScores scores = ValidationScores.Of(matrix);
        bool best = scores.MeanIU > (BestMeanIU ?? double.NegativeInfinity);
        if (best) (BestMeanIU, BestIteration) = (scores.MeanIU, Iteration);
        validatedAt = Iteration;
        lastValidation = new ValidationReport(Iteration, matrix, scores, best);
        Validated?.Invoke(lastValidation);
        Folder?.WriteConfusion(matrix, Validation!.ClassNames);
        if (best && Folder is not null) network.Save(Folder.Best, BestNotes(scores));
        return true;
    }

    void Log(bool validated)
    {
        double rate = settings.Solver.Rate(Iteration - 1);
        ValidationScores? scores = validated ? lastValidation!.Scores : null;
        Folder?.Log.Append(new LogRow(Iteration, losses.Last, losses.Mean, rate, solver.ImagesPerSecond, scores));
        solver.RestartClock();
        if (validated) DrawCurve();
    }

    void DrawCurve() => Folder?.WriteCurve($"{network.Description.Name}, {Iteration} iterations");

    // The last loss was made from the weights before the update; what that made of them shows here. The log goes to the disk first: a
    // checkpoint never knows of iterations that the log has lost.
    void SaveLast()
    {
        if (SavedIteration != Iteration && !solver.HasFiniteScores())
            throw Diverged($"the scores after iteration {Iteration} are not finite", Iteration - 1);
        if (Folder is null) return;
        Folder.Log.Flush();
        Save(Folder.Last);
        saved = (Iteration, validatedAt);
        DrawCurve();
    }

    // What ended the run is what its caller hears of, whatever else fails now.
    void SaveAfterFailure()
    {
        if (solver.IsTorn || SavedIteration == Iteration) return;
        try
        {
            SaveLast();
        }
        catch (Exception)
        {
            // SavedIteration tells that this failed, and the checkpoint before is intact.
        }
    }

    Dictionary<string, string> BestNotes(ValidationScores scores) => new()
    {
        ["network"] = network.Description.Name,
        ["iteration"] = Iteration.ToString(CultureInfo.InvariantCulture),
        ["mean_iu"] = scores.MeanIU.ToString("R", CultureInfo.InvariantCulture),
    };

    NotFiniteException Diverged(string seen, long update) => new(
        $"Training has diverged: {seen} with learning rate {settings.Solver.Rate(update).ToString("R", CultureInfo.InvariantCulture)}. " +
        $"{settings.Solver.AdviceOnDivergence}{Intact()}");

    // Where to start again: weights that were trained, and from which training went on. A checkpoint of this very iteration holds those
    // that it ended with.
    string Intact()
    {
        if (Folder is null) return "";
        if (BestIteration > 0 && File.Exists(Folder.Best))
            return $" The best weights, of iteration {BestIteration}, are intact: --init-from {ShellWord.Of(Folder.Best)}.";
        return SavedIteration > 0 && SavedIteration < Iteration
            ? $" The checkpoint of iteration {SavedIteration} is intact: --init-from {ShellWord.Of(Folder.Last)}, with a lower rate."
            : "";
    }
}
