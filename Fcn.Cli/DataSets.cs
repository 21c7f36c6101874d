using Fcn.Cli.Settings;
using Fcn.Data;
using Fcn.Imaging;

namespace Fcn.Cli;

static class DataSets
{
    /// A split in the layout of PASCAL VOC; names of the network's classes stand in where the set has none.
    public static SegmentationSet Open(Session session, DataConfig config, string split, CatalogEntry network)
    {
        if (config.Data.Length == 0)
            throw new FcnException("Give the data set: the folder with JPEGImages, SegmentationClass and ImageSets/Segmentation.");
        int? classes = VocSet.ClassFile(config.Data) is null ? network.Summary.Classes : null;
        var set = new VocSet(config.Data, split, classes, config.OnBadExample)
        {
            Palette = network.Palette,
            LabelMapping = new LabelMapping { IgnoreLabel = config.IgnoreLabel, ReduceZeroLabel = config.ReduceZeroLabel },
            Reading = new ImageReading { AsStored = true, SixteenBit = config.SixteenBit },
        };
        set.Warned += session.Warnings.Add;
        return set;
    }

    /// The split to validate on; null where none is asked for.
    public static SegmentationSet? OpenValidation(Session session, TrainConfig config, CatalogEntry network)
    {
        if (config.ValSplit.Length == 0) return null;
        IReadOnlyList<string> splits = VocSet.Splits(config.Data);
        if (config.ValSplit == VocSet.AllExamples || splits.Contains(config.ValSplit))
            return Open(session, config, config.ValSplit, network);
        string others = splits.Count == 0 ? "none" : string.Join(", ", splits);
        throw new FcnException($"'{config.Data}' has no list '{config.ValSplit}' to validate on; lists there: {others}. " +
            "Name one with --val-split, or train without validation: --val-split none.");
    }
}
