using Fcn.Data;

namespace Fcn.Training;

/// <summary>
/// Where a trainer's batches come from. What the batch at a position holds is a function of the settings and that position alone, so the
/// position is all that a checkpoint has to save. Not thread-safe; what it reads ahead is its own business.
/// </summary>
public abstract class BatchSource : IDisposable
{
    /// <summary>
    /// Everything that decides what the batches hold, by name: examples, order, batch size, augmentation, seed. A run is resumed only with
    /// equal settings.
    /// </summary>
    public abstract IReadOnlyDictionary<string, string> Settings { get; }

    /// <summary>Examples taken so far.</summary>
    public abstract long Position { get; }

    /// <summary>Continues at a position.</summary>
    /// <param name="position">Examples taken before it, 0 or more.</param>
    public abstract void Seek(long position);

    /// <summary>The batch at <see cref="Position"/>, which moves on by its examples. The next call may use its memory again.</summary>
    /// <exception cref="FcnException">An image or its labels cannot be read.</exception>
    public abstract Batch Next();

    /// <inheritdoc/>
    public abstract void Dispose();
}
