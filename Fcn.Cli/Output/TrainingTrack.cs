using System.Globalization;
using Fcn.Training;

namespace Fcn.Cli.Output;

/// Runs a trainer under the user's eyes.
static class TrainingTrack
{
    public static TrainingResult Run(Session session, Trainer trainer, long iterations, int validationImages) =>
        session.Terminal.Track("step", trainer.Iteration, iterations, track =>
        {
            var last = new StepReport(trainer.Iteration, double.NaN, double.NaN, 0, 0);
            trainer.Stepped += step => track.At(step.Iteration, Words(last = step));
            trainer.Validating += image => track.At(last.Iteration, $"validating {image}/{validationImages}");
            trainer.Validated += report => session.Terminal.Line(string.Create(CultureInfo.InvariantCulture,
                $"step {report.Iteration}: mean IU {report.Scores.MeanIU:0.000}, pixel accuracy {report.Scores.PixelAccuracy:0.000}" +
                $"{(report.IsBest ? "" : $" (best {trainer.BestMeanIU:0.000} at {trainer.BestIteration})")}"));
            return trainer.Run(session.Cancellation);
        });

    static string Words(StepReport step) => string.Create(CultureInfo.InvariantCulture,
        $"loss {step.SmoothedLoss:G4}, rate {step.Rate:G3}, {step.ImagesPerSecond:G3} images/s");
}
