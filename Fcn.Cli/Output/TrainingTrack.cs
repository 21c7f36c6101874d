using System.Globalization;
using Fcn.Metrics;
using Fcn.Training;

namespace Fcn.Cli.Output;

/// Runs a trainer under the user's eyes.
static class TrainingTrack
{
    // The loss of a network that guesses is ln(classes), give or take the last batches.
    const double Guess = 0.99;

    /// Makes a trainer and does the work with it; a folder in which nothing was trained is removed where that fails.
    public static int In(RunFolder folder, Func<Trainer> make, Func<Trainer, int> work)
    {
        Trainer? trainer = null;
        try
        {
            using (trainer = make()) return work(trainer);
        }
        catch when (trainer is not { Iteration: > 0 })
        {
            folder.Discard();
            throw;
        }
    }

    /// Null where it was stopped; then, and where it fails, what was saved is said, and how to go on. The last validation is shown in full.
    public static TrainingResult? Run(Session session, Trainer trainer, long iterations, string goOn)
    {
        Terminal terminal = session.Terminal;
        try
        {
            TrainingResult result = Watched(session, trainer, iterations);
            if (result.Completed) return result;
            session.WasInterrupted = true;
            terminal.Line($"Stopped and saved at step {result.Iteration}. {goOn}");
            return null;
        }
        catch (Exception e) when (e is not NotFiniteException && trainer is { Iteration: > 0, SavedIteration: not null })
        {
            terminal.Line($"Saved at step {trainer.SavedIteration}. {goOn}");
            throw;
        }
    }

    /// One line where the network is no better than one that guesses, or sees one class everywhere, after more than a few steps.
    public static void WarnOfNothingLearned(Terminal terminal, Trainer trainer, int classes, TrainingResult result)
    {
        if (double.IsNaN(trainer.PixelLoss)) return;
        double guess = Math.Log(classes);
        string? seen =
            trainer.PixelLoss >= Guess * guess
                ? string.Create(CultureInfo.InvariantCulture,
                    $"the loss per pixel is {trainer.PixelLoss:0.00}; a guess among {classes} classes has {guess:0.00}")
            : result.LastValidation is { Matrix: var matrix } && OnlyClass(matrix) is { } only ? $"every pixel is labelled class {only}"
            : null;
        if (seen is not null)
            terminal.Warning($"Nothing was learned: {seen}. Try --rate ten times higher or lower, more steps, or trained weights with " +
                "--init-from.");
    }

    static TrainingResult Watched(Session session, Trainer trainer, long iterations) =>
        session.Terminal.Track("step", trainer.Iteration, iterations, track =>
        {
            var last = new StepReport(trainer.Iteration, double.NaN, double.NaN, 0, 0);
            trainer.Stepped += step => track.At(step.Iteration, Words(last = step));
            trainer.Validating += image => track.At(last.Iteration, $"validating {image}/{trainer.Validation!.Count}");
            trainer.Validated += report =>
            {
                session.Terminal.Line(string.Create(CultureInfo.InvariantCulture,
                    $"step {report.Iteration}: mean IU {report.Scores.MeanIU:0.000}, pixel accuracy {report.Scores.PixelAccuracy:0.000}" +
                    $"{(report.IsBest ? "" : $" (best {trainer.BestMeanIU:0.000} at {trainer.BestIteration})")}"));
                if (report.Iteration == iterations)
                    session.Terminal.Show(Tables.Metrics(report.Matrix, trainer.Validation!.ClassNames));
            };
            return trainer.Run(session.Cancellation);
        });

    // The class that is seen everywhere although others are there; null where there is none.
    static int? OnlyClass(ConfusionMatrix matrix)
    {
        int[] seen = [.. Enumerable.Range(0, matrix.Classes).Where(c => matrix.Predicted(c) > 0)];
        return seen is [int only] && matrix.Truth(only) < matrix.Pixels ? only : null;
    }

    static string Words(StepReport step) => string.Create(CultureInfo.InvariantCulture,
        $"loss {step.SmoothedLoss:G4}, rate {step.Rate:G3}, {step.ImagesPerSecond:G3} images/s");
}
