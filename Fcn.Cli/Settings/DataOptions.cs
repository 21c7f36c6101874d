// What train and val ask of a data set.
using System.Text.Json.Serialization;
using Fcn.Data;

namespace Fcn.Cli.Settings;

/// What every verb that reads a data set has.
class DataConfig : PhotographConfig
{
    [JsonPropertyOrder(-1), JsonConverter(typeof(PathConverter))]
    public string Data { get; set; } = "";

    public BadExamples OnBadExample { get; set; }

    /// A stored label that is ignored beside 255; null for none.
    public int? IgnoreLabel { get; set; }

    public bool ReduceZeroLabel { get; set; }
}

static class DataOptions
{
    public static ConfigOptions<T> Labelled<T>(this ConfigOptions<T> options) where T : DataConfig, new() => options
        .Choice<BadExamples>("--on-bad-example", "what an example that cannot be used does (stop)", static (c, v) => c.OnBadExample = v)
        .Whole("--ignore-label", "a stored label that is ignored, as 255 is", static (c, v) => c.IgnoreLabel = (int)v, 0, 254)
        .Flag("--reduce-zero-label", "stored label 0 is ignored, the others are one lower", static (c, v) => c.ReduceZeroLabel = v);
}
