using Fcn.Weights;
using Xunit;

namespace Fcn.Tests.Weights;

public sealed class WeightFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static ParameterSummary P(string name, params int[] shape) => new(name, shape, Fill.He, 1, 1);

    private static readonly ParameterSummary[] Net =
        [P("conv1.weight", 4, 3, 3, 3), P("conv1.bias", 4), P("score.weight", 2, 4, 1, 1), P("score.bias", 2)];

    private string Saved(ParameterSummary[] parameters)
    {
        WeightFile.Save(_folder["w"], parameters, static (i, values) =>
        {
            for (int k = 0; k < values.Length; k++) values[k] = 1000 * i + k;
        });
        return _folder["w"];
    }

    [Fact]
    public void What_was_saved_is_loaded()
    {
        var loaded = new float[Net.Length][];
        WeightFile.Load(Saved(Net), Net, (i, values) => loaded[i] = values.ToArray());
        Assert.Equal([108, 4, 8, 2], loaded.Select(static v => v.Length));
        for (int i = 0; i < loaded.Length; i++)
            Assert.Equal(Enumerable.Range(0, loaded[i].Length).Select(k => (float)(1000 * i + k)), loaded[i]);
    }

    [Fact]
    public void Notes_travel_with_the_weights()
    {
        WeightFile.Save(_folder["w"], Net, static (_, values) => values.Clear(), new Dictionary<string, string> { ["network"] = "Fcn8s" });
        using SafetensorsReader file = SafetensorsReader.Open(_folder["w"]);
        Assert.Equal("Fcn8s", Assert.Single(file.Metadata).Value);
    }

    [Fact]
    public void Everything_that_does_not_fit_is_in_one_message_and_nothing_is_replaced()
    {
        string path = Saved([P("conv1.weight", 4, 3, 3, 3), P("score.weight", 21, 4, 1, 1), P("score.bias", 2), P("fc6.bias", 9)]);
        int written = 0;
        var e = Assert.Throws<FcnException>(() => WeightFile.Load(path, Net, (_, _) => written++));
        Assert.Equal(0, written);
        Assert.Equal($"""
            '{path}' does not fit the network: of 4 parameters 1 are missing and 1 differ; 1 are surplus.
              missing: conv1.bias (4)
              other shape: score.weight is (21, 4, 1, 1) in the file, (2, 4, 1, 1) in the network
              surplus: fc6.bias (9)
            Use --init-from (InitFrom) to copy what fits and leave the rest.
            """.ReplaceLineEndings("\n"), e.Message);
    }

    [Fact]
    public void A_long_list_of_problems_is_capped()
    {
        ParameterSummary[] many = [.. Enumerable.Range(0, 50).Select(static i => P($"p{i}", 1))];
        string message = Refusal.Of(() => WeightFile.Load(Saved(Net), many, static (_, _) => { }));
        Assert.Equal(1 + 20 + 1 + 1, message.Split('\n').Length);
        Assert.Contains("\n  and 34 more\n", message);
    }

    [Fact]
    public void Types_that_are_no_floats_do_not_fit()
    {
        var writer = new SafetensorsWriter();
        writer.Add("a", [2], static (Span<byte> v) => v.Clear());
        writer.Save(_folder["w"]);
        Assert.Contains("\n  other type: a is U8, not read as floats\n",
            Refusal.Of(() => WeightFile.Load(_folder["w"], [P("a", 2)], static (_, _) => { })));
        Assert.Contains("a has the type U8; F32, F16, BF16 or F64 is needed",
            Refusal.Of(() => WeightFile.InitFrom(_folder["w"], [P("a", 2)], static (_, _) => { })));
    }

    [Fact]
    public void InitFrom_copies_what_fits_and_reports_the_rest()
    {
        ParameterSummary[] other =
            [P("conv1.bias", 4), P("score.weight", 21, 4, 1, 1), P("upscore.weight", 2, 1, 4, 4), P("conv1.weight", 4, 3, 3, 3)];
        var copied = new Dictionary<int, float>();
        InitReport report = WeightFile.InitFrom(Saved(Net), other, (i, values) => copied[i] = values[0]);
        Assert.Equal(new Dictionary<int, float> { [0] = 1000, [3] = 0 }, copied);
        Assert.Equal(["conv1.bias", "conv1.weight"], report.Copied);
        Assert.Equal(["upscore.weight"], report.Left);
        Assert.Equal(["score.bias"], report.Unused);
        Assert.Equal("""
            copied: 2 (conv1.bias, conv1.weight)
            skipped: 1 (score.weight is (2, 4, 1, 1) in the file, (21, 4, 1, 1) in the network)
            left as they were: 1 (upscore.weight)
            unused in the file: 1 (score.bias)
            """.ReplaceLineEndings("\n"), report.ToString());
    }

    [Fact]
    public void A_file_of_which_nothing_fits_is_an_error()
    {
        string path = Saved([P("features.0.weight", 4, 3, 3, 3)]);
        string message = Refusal.Of(() => WeightFile.InitFrom(path, Net, static (_, _) => { }));
        Assert.StartsWith($"Nothing in '{path}' fits the network by name and shape; it would start from scratch.", message);
        Assert.Contains("unused in the file: 1 (features.0.weight)", message);
    }

    [Fact]
    public void Memory_for_the_largest_parameter_is_outside_the_collected_heap()
    {
        ParameterSummary[] wide = [P("fc6.weight", 1 << 20), P("fc6.bias", 16)];
        long before = GC.GetAllocatedBytesForCurrentThread();
        WeightFile.Load(Saved(wide), wide, static (_, _) => { });
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 400_000); // the tensor has 4 MiB
    }
}
