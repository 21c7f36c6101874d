using Fcn.Imaging;

namespace Fcn.Cli.Settings;

static class PhotographOptions
{
    /// The options of the verbs that read photographs and weights of others.
    public static ConfigOptions<TConfig> Photographs<TConfig>(this ConfigOptions<TConfig> options)
        where TConfig : PhotographConfig, new() => options
        .Choice<SixteenBit>("--sixteen-bit", "8 of 16 bits: the high ones, or those in use (high)", static (c, v) => c.SixteenBit = v)
        .Text("--strip-prefix", "prefix", "take this off the names in the file of weights: module.", static (c, v) => c.StripPrefix = v);
}
