// What a part found → FOLDER/PART.json: numbers, comparisons with their limits, and what was not run and why.
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Fcn.GpuCheck;

sealed class Findings(string part)
{
    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    readonly JsonArray checks = [], notRun = [], rows = [];
    readonly JsonObject facts = [];

    public string Part => part;

    public bool Failed { get; private set; }

    /// Passed unless the error is above the limit, or no number.
    public void Check(string what, string precision, double error, double limit)
    {
        bool passed = error <= limit;
        Failed |= !passed;
        checks.Add((JsonNode)new JsonObject
        {
            ["what"] = what, ["precision"] = precision, ["error"] = Json(error), ["limit"] = limit, ["passed"] = passed,
        });
        if (passed) return;
        Console.Error.WriteLine(FormattableString.Invariant($"FAILED {part}: {what}, {precision}: {error:g3}, allowed {limit:g3}"));
    }

    public void Fail(string what, string precision, string why)
    {
        Failed = true;
        checks.Add((JsonNode)new JsonObject { ["what"] = what, ["precision"] = precision, ["error"] = why, ["passed"] = false });
        Console.Error.WriteLine($"FAILED {part}: {what}, {precision}: {why}");
    }

    public void NotRun(string what, string why)
    {
        notRun.Add((JsonNode)new JsonObject { ["what"] = what, ["why"] = why });
        Console.WriteLine($"Not run: {part}: {what}: {why}");
    }

    public void Fact(string name, JsonNode? value) => facts[name] = value;

    public void Row(JsonObject row)
    {
        rows.Add((JsonNode)row);
        Console.WriteLine(row.ToJsonString());
    }

    /// Whole or not at all: what an earlier run left stays until this one has its own.
    public void Save(string folder)
    {
        var file = new JsonObject { ["part"] = part, ["passed"] = !Failed };
        file["facts"] = facts;
        file["checks"] = checks;
        file["not_run"] = notRun;
        file["rows"] = rows;
        string path = Path.Combine(folder, $"{part}.json");
        Write(path, file.ToJsonString(Indented) + "\n");
    }

    public static void Write(string path, string text)
    {
        string beside = path + ".partial";
        using (var stream = new FileStream(beside, FileMode.Create))
        {
            stream.Write(System.Text.Encoding.UTF8.GetBytes(text));
            stream.Flush(flushToDisk: true);
        }
        File.Move(beside, path, overwrite: true);
    }

    public static double Round(double value) => double.IsFinite(value) ? Math.Round(value, 4) : value;

    // JSON has no words for what is no number.
    static JsonNode Json(double value) =>
        double.IsFinite(value) ? value : value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
