// Configurations ↔ JSON, by generated code. A misspelt name is an error: a setting that is silently not used costs a night.
using System.Text.Json;
using System.Text.Json.Serialization;
using Fcn.Data;
using Fcn.Devices.Cpu;
using Fcn.Devices.Cuda;
using Fcn.Imaging;
using Fcn.Training;

namespace Fcn.Cli.Settings;

[JsonSourceGenerationOptions(
    WriteIndented = true, NewLine = "\n", PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true,
    Converters =
    [
        typeof(SizeConverter), typeof(WordConverter<SimdLevel>), typeof(WordConverter<CudaPrecision>), typeof(WordConverter<PolicyKind>),
        typeof(WordConverter<LossMode>), typeof(WordConverter<SampleOrder>), typeof(WordConverter<BadExamples>),
        typeof(WordConverter<SixteenBit>), typeof(WordConverter<BenchmarkMode>),
    ])]
[JsonSerializable(typeof(DemoConfig))]
[JsonSerializable(typeof(TrainConfig))]
[JsonSerializable(typeof(ValConfig))]
[JsonSerializable(typeof(PredictConfig))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(BenchmarkConfig))]
sealed partial class ConfigJson : JsonSerializerContext;

/// Poly ↔ "poly"
sealed class WordConverter<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase, allowIntegerValues: false) where T : struct, Enum;

/// A file or folder as it was typed → where it is, whatever the current folder of the process that reads it; nothing stays nothing.
sealed class PathConverter : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) => reader.GetString();

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Length == 0 ? value : Path.GetFullPath(value));
}

/// Several of them; patterns among them stay patterns.
sealed class PathsConverter : JsonConverter<string[]>
{
    static readonly PathConverter one = new();

    public override string[]? Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
        JsonSerializer.Deserialize(ref reader, ConfigJson.Default.StringArray);

    public override void Write(Utf8JsonWriter writer, string[] value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (string path in value) one.Write(writer, path, options);
        writer.WriteEndArray();
    }
}

/// 240x180 ↔ "240x180"
sealed class SizeConverter : JsonConverter<PixelSize>
{
    public override PixelSize Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String) throw new JsonException("a size is text such as \"240x180\"");
        try
        {
            return PixelSize.Parse(reader.GetString()!);
        }
        catch (FcnException e)
        {
            throw new JsonException(e.Message, e);
        }
    }

    public override void Write(Utf8JsonWriter writer, PixelSize value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
