// What a part found → FOLDER/PART.json: numbers, comparisons with their limits, and what was not run and why. The file grows with every
// row: what was found before a card was lost, or time was over, stays.
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Fcn.GpuCheck;

sealed class Findings
{
    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    readonly JsonArray checks = [], notRun = [], rows = [];
    readonly JsonObject facts = [];
    readonly string part, path;

    /// What an earlier run left of this part is gone.
    public Findings(string part, string folder)
    {
        (this.part, path) = (part, Path.Combine(folder, $"{part}.json"));
        File.Delete(path);
    }

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

    public void Row(JsonObject row, bool print = true)
    {
        rows.Add((JsonNode)row);
        if (print) Console.WriteLine(row.ToJsonString());
        Save();
    }

    public void Save()
    {
        var file = new JsonObject
        {
            ["part"] = part, ["passed"] = !Failed, ["facts"] = facts.DeepClone(), ["checks"] = checks.DeepClone(),
            ["not_run"] = notRun.DeepClone(), ["rows"] = rows.DeepClone(),
        };
        Write(path, file.ToJsonString(Indented) + "\n");
    }

    public int Checks => checks.Count;

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
