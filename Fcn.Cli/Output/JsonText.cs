// JSON for people and programs alike: one line per value of the outermost object, one per element of its lists, spaces after , and :
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Fcn.Cli.Output;

static class JsonText
{
    static readonly JsonSerializerOptions readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(JsonObject root) =>
        $"{{\n{string.Join(",\n", root.Select(static p => $"  {Name(p.Key)}: {Outer(p.Value)}"))}\n}}";

    static string Outer(JsonNode? node) => node is JsonArray { Count: > 0 } list && list[0] is JsonObject
        ? $"[\n{string.Join(",\n", list.Select(static item => $"    {Line(item)}"))}\n  ]"
        : Line(node);

    static string Line(JsonNode? node) => node switch
    {
        null => "null",
        JsonObject values => $"{{{string.Join(", ", values.Select(static p => $"{Name(p.Key)}: {Line(p.Value)}"))}}}",
        JsonArray list => $"[{string.Join(", ", list.Select(Line))}]",
        JsonValue value => value.ToJsonString(readable),
        _ => throw new ArgumentException($"No JSON: {node}.", nameof(node)),
    };

    static string Name(string name) => JsonValue.Create(name).ToJsonString(readable);
}
