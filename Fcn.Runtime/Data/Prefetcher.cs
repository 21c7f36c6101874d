// Examples in the sampler's order → batches, made ahead on a thread of their own. One producer, one consumer, a ring of slots between
// them: what comes out, and in which order, depends on the settings alone, never on which thread was faster.
using System.Runtime.ExceptionServices;

namespace Fcn.Data;

/// <summary>
/// Decodes, augments and batches examples while the network computes. Every random number comes from (seed, position of the example in
/// the run). Read with <see cref="MoveNext"/> and <see cref="Current"/> from one thread; disposing stops the thread behind it.
/// </summary>
public sealed class Prefetcher : IDisposable
{
    // Keep the streams of augmentation and of replacements apart from the sampler's, which are keyed by (seed, position) too.
    const long AugmentationKey = 1, ReplacementKey = 3;

    readonly SegmentationSet set;
    readonly Sampler sampler;
    readonly Augmentation augmentation;
    readonly BatchBuilder builder;
    readonly int batchSize;
    readonly long begin;
    readonly long end;
    readonly List<Example> chosen = [];
    readonly Slot[] slots;
    readonly SemaphoreSlim empty;
    readonly SemaphoreSlim filled = new(0);
    readonly Thread thread;
    long produced;
    long delivered;
    long consumed;
    bool ended;
    volatile bool stopped;
    ExceptionDispatchInfo? failure;

    /// <summary>Starts to read a set.</summary>
    /// <param name="set">Where the examples come from.</param>
    /// <param name="order">Their order, and where in it to begin: a new sampler's state, or one saved with a checkpoint.</param>
    /// <param name="input">What the network reads.</param>
    /// <param name="batchSize">Examples per batch, 1 or more.</param>
    /// <param name="augmentation">How they are varied; null for not at all.</param>
    /// <param name="examples">Examples to deliver, the last batch being smaller if need be; null for an endless run.</param>
    /// <param name="ahead">Batches made ahead, 1 or more.</param>
    /// <exception cref="FcnException">The order was saved for a set of another size, or the augmentation is invalid.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public Prefetcher(
        SegmentationSet set, SamplerState order, InputSummary input, int batchSize,
        Augmentation? augmentation = null, long? examples = null, int ahead = 3)
        : this(set, order, new BatchBuilder(input), batchSize, augmentation, examples, ahead) { }

    internal Prefetcher(
        SegmentationSet set, SamplerState order, BatchBuilder builder, int batchSize,
        Augmentation? augmentation = null, long? examples = null, int ahead = 3)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(ahead, 1);
        if (examples is { } number) ArgumentOutOfRangeException.ThrowIfNegative(number, nameof(examples));
        if (order.Count != set.Count)
            throw new FcnException(
                $"{set.Name} has {set.Count} examples, but the order of examples was made for {order.Count}: "
                + "resume with the set the run began with.");
        (this.set, this.batchSize, this.augmentation) = (set, batchSize, augmentation ?? Augmentation.None);
        this.augmentation.Validate();
        (sampler, this.builder) = (new Sampler(order), builder);
        (begin, end) = (order.Position, examples is { } count ? order.Position + count : long.MaxValue);
        consumed = begin;
        // One slot is the consumer's, the others are filled ahead.
        slots = [.. Enumerable.Range(0, ahead + 1).Select(static _ => new Slot())];
        empty = new SemaphoreSlim(slots.Length);
        thread = new Thread(Produce) { Name = "prefetch", IsBackground = true };
        thread.Start();
    }

    /// <summary>The batch that <see cref="MoveNext"/> brought. It lives until the next call: its memory is used again.</summary>
    /// <exception cref="InvalidOperationException">There is none: before the first call, or after the last batch.</exception>
    public Batch Current => delivered > 0 && !ended
        ? slots[(delivered - 1) % slots.Length].Batch
        : throw new InvalidOperationException("There is no batch here: call MoveNext first, and only go on while it is true.");

    /// <summary>
    /// Where the order stands after <see cref="Current"/>, whatever was made ahead: with it a resumed run goes on with the next batch.
    /// </summary>
    public SamplerState Consumed => sampler.State with { Position = consumed };

    /// <summary>Waits for the next batch.</summary>
    /// <returns>False when all examples were delivered.</returns>
    /// <exception cref="FcnException">An example cannot be read; all batches before it were delivered.</exception>
    /// <exception cref="MachineException">
    /// Memory, a library or access to a file is lacking for a batch; <see cref="Consumed"/> is behind it, and the next call goes on there.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The prefetcher was disposed.</exception>
    public bool MoveNext()
    {
        ObjectDisposedException.ThrowIf(stopped, this);
        if (!ended)
        {
            if (delivered > 0) empty.Release();
            filled.Wait();
            // The producer signals once per batch and once more at its end.
            ended = delivered == Volatile.Read(ref produced);
            if (!ended) consumed = slots[delivered++ % slots.Length].End;
        }
        if (!ended)
        {
            slots[(delivered - 1) % slots.Length].Lacking?.Throw();
            return true;
        }
        failure?.Throw();
        // What was left out at the end was consumed as well.
        consumed = end;
        return false;
    }

    /// <summary>Stops the thread; waits for the example it is at.</summary>
    public void Dispose()
    {
        if (stopped) return;
        stopped = true;
        empty.Release();
        thread.Join();
        empty.Dispose();
        filled.Dispose();
    }

    void Produce()
    {
        try
        {
            for (long position = begin; position < end; position += batchSize)
            {
                empty.Wait();
                if (stopped) return;
                Slot slot = slots[produced % slots.Length];
                slot.End = Math.Min(position + batchSize, end);
                if (!TryFill(slot, position))
                {
                    empty.Release();
                    continue;
                }
                Volatile.Write(ref produced, produced + 1);
                filled.Release();
            }
        }
        catch (Exception e)
        {
            // Whatever went wrong belongs to the consumer, who gets it in the place of the batch.
            failure = ExceptionDispatchInfo.Capture(e);
        }
        filled.Release();
    }

    // What the machine lacks for one batch it may have for the next.
    bool TryFill(Slot slot, long from)
    {
        slot.Lacking = null;
        try
        {
            return Fill(slot.Batch, from, slot.End);
        }
        catch (MachineException e)
        {
            slot.Lacking = ExceptionDispatchInfo.Capture(e);
        }
        catch (OutOfMemoryException e)
        {
            PixelSize? size = augmentation.Crop ?? augmentation.Resize;
            int largest = Enumerable.Range(0, (int)(slot.End - from)).Select(i => sampler.At(from + i)).MaxBy(set.PixelsOf);
            slot.Lacking = ExceptionDispatchInfo.Capture(set.TooLarge(largest, size, e));
        }
        // Neither is needed any more, and the next batch needs the room.
        slot.Batch = new Batch();
        chosen.Clear();
        return true;
    }

    // False where all of the examples were left out.
    bool Fill(Batch batch, long from, long to)
    {
        chosen.Clear();
        for (long position = from; position < to; position++)
        {
            if (Choose(position) is not { } example) continue;
            var random = new RandomStream(sampler.State.Seed, position, AugmentationKey);
            chosen.Add(augmentation.Apply(example, ref random));
        }
        if (chosen.Count == 0) return false;
        builder.Build(chosen, batch, augmentation.Crop ?? default);
        return true;
    }

    // Null in a pass, where the example is bad. Looking for another in an endless run ends: a set of which nothing is left throws.
    Example? Choose(long position)
    {
        if (set.TryLoad(sampler.At(position), out Example? example)) return example;
        if (end < long.MaxValue) return null;
        var random = new RandomStream(sampler.State.Seed, position, ReplacementKey);
        while (!stopped && !set.TryLoad(random.Below(set.Count), out example)) { }
        return example;
    }

    sealed class Slot
    {
        public Batch Batch = new();
        public long End;
        public ExceptionDispatchInfo? Lacking;
    }
}
