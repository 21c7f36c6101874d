// Position in the run → which example stands there. A pure function of (order, count, seed, position): the position is all there is to
// save.
namespace Fcn.Data;

/// <summary>In which order a run sees the examples.</summary>
public enum SampleOrder
{
    /// <summary>0, 1, 2, … and again from 0: validation.</summary>
    Sequential,

    /// <summary>Every epoch is a new permutation of all examples.</summary>
    Shuffled,

    /// <summary>Every example is drawn from all of them, as the reference does (<c>random.randint</c> in its data layers).</summary>
    WithReplacement,
}

/// <summary>
/// All that decides the order of examples from here on: saved with a checkpoint, the run continues as if it had never stopped.
/// </summary>
/// <param name="Order">The kind of order.</param>
/// <param name="Count">Number of examples in the set.</param>
/// <param name="Seed">Seed of the order.</param>
/// <param name="Position">Examples seen so far.</param>
public readonly record struct SamplerState(SampleOrder Order, int Count, ulong Seed, long Position);

/// <summary>
/// The order in which a run sees the examples of a set. Any position can be asked for; asking in sequence is fast. Equal settings give
/// equal orders on every machine. Not thread-safe.
/// </summary>
public sealed class Sampler
{
    readonly int[] permutation;
    long permutedEpoch = -1;

    /// <summary>An order from its beginning.</summary>
    /// <param name="order">The kind of order.</param>
    /// <param name="count">Number of examples, 1 or more.</param>
    /// <param name="seed">Seed; without effect on <see cref="SampleOrder.Sequential"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is below 1.</exception>
    public Sampler(SampleOrder order, int count, ulong seed = 0) : this(new SamplerState(order, count, seed, 0)) { }

    /// <summary>An order from where it was saved.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The state has a count below 1 or a negative position.</exception>
    public Sampler(SamplerState state)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(state.Count, 1, "count");
        ArgumentOutOfRangeException.ThrowIfNegative(state.Position, "position");
        State = state;
        permutation = state.Order == SampleOrder.Shuffled ? new int[state.Count] : [];
    }

    /// <summary>Where the order stands.</summary>
    public SamplerState State { get; private set; }

    /// <summary>The next example; the position moves on by one.</summary>
    public int Next()
    {
        int example = At(State.Position);
        State = State with { Position = State.Position + 1 };
        return example;
    }

    /// <summary>The example at a position of the run; the sampler's own position stays.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="position"/> is negative.</exception>
    public int At(long position)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        (long epoch, long place) = Math.DivRem(position, State.Count);
        return State.Order switch
        {
            SampleOrder.Sequential => (int)place,
            SampleOrder.Shuffled => Permuted(epoch)[place],
            SampleOrder.WithReplacement => new RandomStream(State.Seed, position).Below(State.Count),
        };
    }

    int[] Permuted(long epoch)
    {
        if (epoch == permutedEpoch) return permutation;
        var random = new RandomStream(State.Seed, epoch);
        for (int i = 0; i < permutation.Length; i++)
        {
            // Fisher and Yates from the inside out: needs no permutation to start from.
            int j = random.Below(i + 1);
            permutation[i] = permutation[j];
            permutation[j] = i;
        }
        permutedEpoch = epoch;
        return permutation;
    }
}
