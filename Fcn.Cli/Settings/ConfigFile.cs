using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Fcn.Files;

namespace Fcn.Cli.Settings;

/// config.json in and out.
static class ConfigFile
{
    const int MaxBytes = 1 << 20;

    public static T Load<T>(string path, JsonTypeInfo<T> type)
    {
        byte[] file = InputFile.ReadAll(path, MaxBytes);
        try
        {
            return JsonSerializer.Deserialize(file.AsSpan().TrimStart("\uFEFF"u8), type)
                ?? throw new FcnException($"'{path}' holds null; a configuration is {{ \"name\": value, … }}.");
        }
        catch (JsonException e)
        {
            string known = string.Join(", ", type.Properties.Select(static p => p.Name));
            string line = e.LineNumber is { } number ? $", line {number + 1}" : "";
            string at = e.Path is { Length: > 2 } name ? $" at '{name[2..]}'" : "";
            throw new FcnException($"'{path}'{line}: {Reason(e)}{at}. Names here: {known}.", e);
        }
    }

    public static string Text<T>(T config, JsonTypeInfo<T> type) => JsonSerializer.Serialize(config, type);

    // System.Text.Json adds path and line to its sentence, and speaks of .NET types.
    static string Reason(JsonException e)
    {
        if (e.Message.Contains("could not be mapped", StringComparison.Ordinal)) return "unknown name";
        if (e.Message.Contains("could not be converted", StringComparison.Ordinal)) return "a value of the wrong kind";
        int end = e.Message.IndexOf(" Path:", StringComparison.Ordinal);
        return (end < 0 ? e.Message : e.Message[..end]).TrimEnd('.');
    }
}
