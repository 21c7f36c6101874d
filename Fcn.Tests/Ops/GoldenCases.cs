using System.Text.Json;
using Fcn.Generator.Graph;
using Fcn.Generator.Ops;
using Fcn.Tests.Golden;

namespace Fcn.Tests.Ops;

/// One op of the golden files: its graphs, and what they must come to. Expected: y, loss, and d<input> for its inputs.
internal sealed record GoldenCase(OpGraph Op, IReadOnlyDictionary<string, double[]> Expected);

// Golden cases as networks around one op. A convolution of up to 4 channels comes twice: on a map, and on the image itself.
internal static class GoldenCases
{
    /// Cases of ops that the compiler does not have, with the reason.
    public static readonly IReadOnlyDictionary<string, string> Missing = new Dictionary<string, string>
    {
        ["avgpool"] = "average pooling is no op of the compiler: no network of the paper that it compiles has one",
        ["lrn"] = "local response normalisation is no op of the compiler: of the paper's networks FCN-AlexNet alone has it",
    };

    /// All others, their names made unique by a prefix.
    public static IReadOnlyList<GoldenCase> Of(GoldenFile file, string prefix) =>
        [.. file.Settings.Keys.OrderBy(k => k, StringComparer.Ordinal).SelectMany(name => Cases(file, name, prefix + name))];

    /// Names and reasons of the cases that are left out.
    public static IEnumerable<string> LeftOut(GoldenFile file) =>
        from setting in file.Settings
        let word = Word(Parse(setting.Value))
        where Missing.ContainsKey(word)
        select $"Not run: {setting.Key}: {Missing[word]}.";

    private static IEnumerable<GoldenCase> Cases(GoldenFile file, string name, string title)
    {
        var settings = Parse(file.Settings[name]);
        switch (Word(settings))
        {
            case "conv":
                yield return Convolution(file, name, title, settings, false);
                if (file.Shape(name + ".x")[1] <= 4) yield return Convolution(file, name, $"{title}_image", settings, true);
                break;
            case "deconv":
                yield return Transposed(file, name, title, settings);
                break;
            case "maxpool":
                yield return OnMap(file, name, title, new MaxPool(Number("kernel"), Number("stride"), Number("pad")));
                break;
            case "upsample":
                yield return OnMap(file, name, title, new Upsample(Number("kernel"), Number("stride")));
                break;
            case "softmax_loss":
                yield return Loss(file, name, title, settings, new Upsample(1, 1), 0);
                break;
            case "upsample_loss":
                yield return Loss(file, name, title, settings, new Upsample(Number("kernel"), Number("stride")), Number("offset"));
                break;
            case var word when !Missing.ContainsKey(word):
                throw new InvalidOperationException($"'{name}' is of the unknown kind '{word}'.");
        }

        int Number(string key) => settings.GetProperty(key).GetInt32();
    }

    private static GoldenCase Convolution(GoldenFile file, string name, string title, JsonElement s, bool image)
    {
        int[] x = file.Shape(name + ".x"), w = file.Shape(name + ".w");
        var op = image ? new OpGraph(title, x[0], x[2], x[3], x[1], file[name + ".x"]) : new OpGraph(title, x[0], x[2], x[3]);
        Node weight = op.Parameter("w", file[name + ".w"], w[0], w[1], w[2]), bias = op.Bias("b", file[name + ".b"]);
        var conv = new Conv(w[0], w[2], Get("stride"), Get("pad"), Get("dilation"), Get("groups")) { HasBias = true };
        bool relu = s.GetProperty("relu").GetBoolean();
        Node y = op.Add(relu ? "linear" : "y", conv, image ? op.Image : op.Map("x", file[name + ".x"], x[1]), weight, bias);
        op.EndsWithGradient(relu ? op.Add("y", new Relu(), y) : y, file[name + ".dy"]);
        return new(op, Expect(file, name, image ? ["y", "dw", "db"] : ["y", "dx", "dw", "db"]));

        int Get(string key) => s.GetProperty(key).GetInt32();
    }

    private static GoldenCase Transposed(GoldenFile file, string name, string title, JsonElement s)
    {
        int[] x = file.Shape(name + ".x"), w = file.Shape(name + ".w");
        int groups = s.GetProperty("groups").GetInt32();
        var op = new OpGraph(title, x[0], x[2], x[3]);
        Node weight = op.Parameter("w", file[name + ".w"], w[0], w[1], w[2]);
        var deconv = new Deconv(w[1] * groups, w[2], s.GetProperty("stride").GetInt32(), s.GetProperty("pad").GetInt32(), 1, groups);
        op.EndsWithGradient(op.Add("y", deconv, op.Map("x", file[name + ".x"], x[1]), weight), file[name + ".dy"]);
        return new(op, Expect(file, name, ["y", "dx", "dw"]));
    }

    private static GoldenCase OnMap(GoldenFile file, string name, string title, Op of)
    {
        int[] x = file.Shape(name + ".x");
        var op = new OpGraph(title, x[0], x[2], x[3]);
        op.EndsWithGradient(op.Add("y", of, op.Map("x", file[name + ".x"], x[1])), file[name + ".dy"]);
        return new(op, Expect(file, name, ["y", "dx"]));
    }

    // The op's value is the gradient already: its map is dx, its loss y.
    private static GoldenCase Loss(GoldenFile file, string name, string title, JsonElement s, Upsample upsample, int offset)
    {
        int[] x = file.Shape(name + ".x"), target = file.Shape(name + ".target");
        byte[] labels = Array.ConvertAll(file[name + ".target"], v => (byte)v);
        int valid = s.GetProperty("reduction").GetString() == "mean" ? labels.Count(l => l != 255) : 1;
        var op = new OpGraph(title, target[0], target[1], target[2]) { Labels = labels, LossScale = 1.0 / valid };
        var size = upsample.Stride == 1 ? Extent.Input : Extent.Input.CeilDivide(offset + upsample.Stride, upsample.Stride);
        op.Ends(op.Add("loss", new UpsampleLoss(upsample, offset), op.Map("x", file[name + ".x"], x[1], size)));
        return new(op, new Dictionary<string, double[]> { ["y"] = file[name + ".dx"], ["loss"] = [file[name + ".y"][0] * valid] });
    }

    private static Dictionary<string, double[]> Expect(GoldenFile file, string name, IEnumerable<string> what) =>
        what.ToDictionary(w => w, w => file[$"{name}.{w}"]);

    private static JsonElement Parse(string text) => JsonDocument.Parse(text).RootElement;

    private static string Word(JsonElement settings) => settings.GetProperty("op").GetString()!;
}
