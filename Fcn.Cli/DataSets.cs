using Fcn.Cli.Settings;
using Fcn.Data;
using Fcn.Imaging;

namespace Fcn.Cli;

static class DataSets
{
    /// A split in the layout of PASCAL VOC; names of the network's classes stand in where the set has none.
    public static SegmentationSet Open(Session session, PhotographConfig config, string root, string split, CatalogEntry network)
    {
        if (root.Length == 0)
            throw new FcnException("Give the data set: the folder with JPEGImages, SegmentationClass and ImageSets/Segmentation.");
        int? classes = File.Exists(Path.Combine(root, "classes.txt")) ? null : network.Summary.Classes;
        var reading = new ImageReading { AsStored = true, SixteenBit = config.SixteenBit };
        var set = new VocSet(root, split, classes) { Palette = network.Palette, Reading = reading };
        set.Warned += session.Warnings.Add;
        return set;
    }
}
