using Fcn.Metrics;

namespace Fcn.Training;

/// <summary>One update.</summary>
/// <param name="Iteration">Completed updates, this one included.</param>
/// <param name="Loss">Loss of this update, sum or mean as the solver says, averaged over accumulated batches.</param>
/// <param name="SmoothedLoss">Mean over the last <see cref="TrainerSettings.LossWindow"/> updates.</param>
/// <param name="Rate">Learning rate of this update.</param>
/// <param name="ImagesPerSecond">Images trained on per second since the last row of the log.</param>
public readonly record struct StepReport(long Iteration, double Loss, double SmoothedLoss, double Rate, double ImagesPerSecond);

/// <summary>One validation.</summary>
/// <param name="Iteration">Completed updates.</param>
/// <param name="Matrix">Confusion matrix over the whole validation set.</param>
/// <param name="Scores">Its metrics.</param>
/// <param name="IsBest">Its mean IU is the highest so far.</param>
public sealed record ValidationReport(long Iteration, ConfusionMatrix Matrix, ValidationScores Scores, bool IsBest);

/// <summary>How a training ended.</summary>
/// <param name="Iteration">Completed updates.</param>
/// <param name="Completed">False where it was cancelled before the last iteration.</param>
/// <param name="SmoothedLoss">Mean of the last losses; NaN before the first update.</param>
/// <param name="LastValidation">The last validation of this session; null where there was none.</param>
/// <param name="BestMeanIU">Highest mean IU of the run; null where it was never validated.</param>
/// <param name="BestIteration">Where it was reached.</param>
public sealed record TrainingResult(
    long Iteration, bool Completed, double SmoothedLoss, ValidationReport? LastValidation, double? BestMeanIU, long BestIteration);
