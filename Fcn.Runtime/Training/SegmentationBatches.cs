// A set, an order and an augmentation → an endless stream of batches, made ahead on another thread.
using System.Globalization;
using Fcn.Data;

namespace Fcn.Training;

/// <summary>How a set becomes batches.</summary>
public sealed record BatchSettings
{
    /// <summary>Images per batch, 1 or more; smaller images are padded at the right and the bottom with the ignore label.</summary>
    public int Size { get; init; } = 1;

    /// <summary>Order of the examples.</summary>
    public SampleOrder Order { get; init; } = SampleOrder.Shuffled;

    /// <summary>How the examples are varied; by default not at all, as in the paper.</summary>
    public Augmentation Augmentation { get; init; } = Augmentation.None;

    /// <summary>Seed of order and augmentation.</summary>
    public ulong Seed { get; init; } = 1337;
}

/// <summary>Batches of a <see cref="SegmentationSet"/>, without end.</summary>
public sealed class SegmentationBatches : BatchSource
{
    readonly SegmentationSet set;
    readonly NetworkSummary network;
    readonly BatchSettings settings;
    Prefetcher? ahead;
    SamplerState state;

    /// <summary>Batches from the beginning of the order. Reading starts with the first <see cref="Next"/>.</summary>
    /// <param name="set">The examples.</param>
    /// <param name="network">
    /// The network that will read them: its inputs and heads. What an example says of the first head alone is trained there alone
    /// (<see cref="Example"/>).
    /// </param>
    /// <param name="settings">Batch size, order, augmentation, seed.</param>
    /// <exception cref="FcnException">The set is empty or has other classes than the network, or a setting is out of its range.</exception>
    public SegmentationBatches(SegmentationSet set, NetworkSummary network, BatchSettings settings)
    {
        if (set.Count == 0) throw new FcnException($"{set.Name} has no examples to train on.");
        Evaluator.RequireClasses(network, set);
        if (settings.Size < 1) throw new FcnException($"A batch has at least 1 image; got {settings.Size}.");
        settings.Augmentation.Validate();
        (this.set, this.network, this.settings) = (set, network, settings);
        state = new SamplerState(settings.Order, set.Count, settings.Seed, 0);
        var words = new Dictionary<string, string>
        {
            ["data.examples"] = string.Create(CultureInfo.InvariantCulture, $"{set.Count} ({Fingerprint.Hash(set.Ids):x16})"),
            ["data.batch_size"] = settings.Size.ToString(CultureInfo.InvariantCulture),
            ["data.order"] = settings.Order.ToString(),
            ["data.seed"] = settings.Seed.ToString(CultureInfo.InvariantCulture),
            ["data.augmentation"] = Words(settings.Augmentation),
        };
        if (set.LabelMapping != LabelMapping.AsStored) words["data.labels"] = set.LabelMapping.Words;
        if (set.ReadingWords.Length > 0) words["data.reading"] = set.ReadingWords;
        Settings = words;
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Settings { get; }

    /// <inheritdoc/>
    public override long Position => state.Position;

    /// <inheritdoc/>
    public override void Seek(long position)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        ahead?.Dispose();
        ahead = null;
        state = state with { Position = position };
    }

    /// <inheritdoc/>
    public override Batch Next()
    {
        ahead ??= new Prefetcher(set, state, new BatchBuilder(network), settings.Size, settings.Augmentation);
        ahead.MoveNext();
        state = ahead.Consumed;
        return ahead.Current;
    }

    /// <inheritdoc/>
    public override void Dispose() => ahead?.Dispose();

    static string Words(Augmentation a) => a == Augmentation.None ? "none" : string.Create(CultureInfo.InvariantCulture,
        $"resize {Words(a.Resize)}, mirror {(a.Mirror ? "yes" : "no")}, scale {a.MinScale:R} to {a.MaxScale:R}, crop {Words(a.Crop)}");

    static string Words(PixelSize? size) => size?.ToString() ?? "no";
}
