using Fcn.Data;
using Fcn.Imaging;
using Fcn.Models;

namespace Fcn.Cli;

/// The networks of Fcn.Models: those of the paper at their published sizes, and two small ones.
static class PaperNetworks
{
    static readonly DrawnScenes scenes = new(1, seed: 0);

    static readonly string[] streets =
    [
        "sky", "building", "pole", "road", "pavement", "tree", "sign", "fence", "car", "pedestrian", "bicyclist",
    ];

    public static NetworkCatalog All { get; } = new NetworkCatalog()
        .Add("fcn8s", Fcn8s.Summary, Fcn8s.Code, static device => new Fcn8s(device))
        .Add("fcn8s-at-once", Fcn8sAtOnce.Summary, Fcn8sAtOnce.Code, static device => new Fcn8sAtOnce(device))
        .Add("fcn16s", Fcn16s.Summary, Fcn16s.Code, static device => new Fcn16s(device))
        .Add("fcn32s", Fcn32s.Summary, Fcn32s.Code, static device => new Fcn32s(device))
        .Add("fcn-small", FcnSmall.Summary, FcnSmall.Code, static device => new FcnSmall(device), streets, Palette.CamVid)
        .Add("fcn-demo", FcnDemo.Summary, FcnDemo.Code, static device => new FcnDemo(device), scenes.ClassNames, scenes.Palette);

    public static CatalogEntry Demo => All.Find("fcn-demo");
}
