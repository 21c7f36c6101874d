namespace Fcn.Training;

/// <summary>How long to train, how often to look, and the seed of everything random.</summary>
public sealed record TrainerSettings
{
    /// <summary>Rate, momentum, decay, loss.</summary>
    public SolverSettings Solver { get; init; } = new();

    /// <summary>Updates in all, 1 or more. A resumed run may ask for more than it was started with.</summary>
    public long Iterations { get; init; } = 1000;

    /// <summary>
    /// Seed of dropout. Order and augmentation of the data have theirs in <see cref="BatchSettings"/>, first weights in
    /// <see cref="Network.Initialize"/>.
    /// </summary>
    public ulong Seed { get; init; } = 1337;

    /// <summary>Iterations between validations; 0 for one at the end only.</summary>
    public long ValidateEvery { get; init; }

    /// <summary>
    /// Iterations between checkpoints: the most that a process that is killed loses. 0 for those that every run has: at its beginning
    /// and its end, and before and after every validation.
    /// </summary>
    public long CheckpointEvery { get; init; } = 1000;

    /// <summary>Iterations between rows of the log (Caffe: display), 1 or more.</summary>
    public long LogEvery { get; init; } = 20;

    /// <summary>Iterations over which the reported loss is averaged (Caffe: average_loss), 1 to 100000.</summary>
    public int LossWindow { get; init; } = 20;

    /// <summary>Checks every number.</summary>
    /// <exception cref="FcnException">One is out of its range.</exception>
    public void Verify()
    {
        Solver.Verify();
        if (Iterations < 1) throw SolverSettings.OutOfRange("Training takes at least 1 iteration", Iterations);
        if (LogEvery < 1) throw SolverSettings.OutOfRange("The log is written every 1 or more iterations", LogEvery);
        if (LossWindow is < 1 or > 100_000) throw SolverSettings.OutOfRange("The loss is averaged over 1 to 100000 iterations", LossWindow);
        if (ValidateEvery < 0)
            throw SolverSettings.OutOfRange("Iterations between validations: 0 (only at the end) or more", ValidateEvery);
        if (CheckpointEvery < 0)
            throw SolverSettings.OutOfRange("Iterations between checkpoints: 0 (only at the end) or more", CheckpointEvery);
    }
}
