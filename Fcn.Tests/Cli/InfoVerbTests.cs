using System.Text.Json;
using Xunit;

namespace Fcn.Tests.Cli;

public sealed class InfoVerbTests
{
    [Fact]
    public void JsonOfFcn8sHasTheNumbersOfThePaper()
    {
        ToolResult result = Tool.Run("info", "FCN8s", "--json");
        Assert.Equal(0, result.Code);
        Assert.Contains("\"parameters\": 134362751", result.Output);
        Assert.Contains("\"receptiveField\": 404", result.Output);
        Assert.Contains("\"stride\": 32", result.Output);
        Assert.Contains("\"crops\": {\"score_pool4\": 5, \"score_pool3\": 9, \"score\": 31}", result.Output);

        using JsonDocument json = JsonDocument.Parse(result.Output);
        JsonElement layers = json.RootElement.GetProperty("layers");
        Assert.Equal(29, layers.GetArrayLength());
        JsonElement fc6 = layers.EnumerateArray().Single(static l => l.GetProperty("name").GetString() == "fc6");
        // 500 + 198 = 698 → 22 after five poolings → 16 after a 7x7 kernel; 2 · 25088 · 4096 · 16² operations.
        Assert.Equal(16, fc6.GetProperty("height").GetInt32());
        Assert.Equal(52.613349, fc6.GetProperty("gflop").GetDouble(), 5);
        Assert.Equal(537451004, json.RootElement.GetProperty("parameterBytes").GetInt64());
        Assert.InRange(json.RootElement.GetProperty("segmentBytes").GetInt64(), 537451004, 1_600_000_000);
        Assert.Equal(["cpu", "cuda", "ilgpu"], json.RootElement.GetProperty("devices").EnumerateArray().Select(static d => d.GetString()));
    }

    [Fact]
    public void OtherSizesCostOtherwise()
    {
        using JsonDocument json = JsonDocument.Parse(Tool.Run("info", "fcn-demo", "--json", "--size", "96x64").Output);
        // conv1_1: 27 · 16 multiply-adds at 96 · 64 pixels.
        JsonElement first = json.RootElement.GetProperty("layers")[0];
        Assert.Equal((96, 64), (first.GetProperty("width").GetInt32(), first.GetProperty("height").GetInt32()));
        Assert.Equal(2 * 27 * 16 * 96 * 64 / 1e9, first.GetProperty("gflop").GetDouble(), 6);
    }

    [Fact]
    public void TheTableNamesEveryLayer()
    {
        string table = Tool.Run("info", "fcn8s").Output;
        foreach (LayerSummary layer in Fcn.Models.Fcn8s.Summary.Layers) Assert.Contains($" {layer.Name} ", table);
        Assert.Contains("134 362 751 parameters, receptive field 404, stride 32", table);
        Assert.Contains("crops: score_pool4 5, score_pool3 9, score 31", table);
    }

    [Fact]
    public void WithoutNameAllNetworksAreListed()
    {
        using JsonDocument json = JsonDocument.Parse(Tool.Run("info", "--json").Output);
        JsonElement networks = json.RootElement.GetProperty("networks");
        string[] names = [.. networks.EnumerateArray().Select(static n => n.GetProperty("network").GetString()!)];
        Assert.Equal(["fcn8s", "fcn8s-at-once", "fcn16s", "fcn32s", "fcn-small", "fcn-demo"], names);
    }
}
