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
            Open the network that they are of, or start a training from what fits: fcn train --init-from (InitFrom).
            """.ReplaceLineEndings("\n"), e.Message);
    }

    [Fact]
    public void A_long_list_of_problems_is_capped()
    {
        ParameterSummary[] many = [.. Enumerable.Range(0, 50).Select(static i => P($"p{i}", 1))];
        string message = Refusal.Of(() => WeightFile.Load(Saved(Net), many, static (_, _) => { }));
        Assert.Equal(1 + (8 + 1) + 4 + 1, message.Split('\n').Length);
        Assert.Contains("\n  and 42 more missing\n", message);
        Assert.Contains("\n  surplus: conv1.bias (4)\n", message);
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
    public void The_network_that_a_file_names_is_named()
    {
        var notes = new Dictionary<string, string> { ["network"] = "Fcn8s" };
        WeightFile.Save(_folder["w"], Net[..1], static (_, values) => values.Clear(), notes);
        Assert.EndsWith("Open the network that they are of (the file says 'Fcn8s'), or start a training from what fits: " +
            "fcn train --init-from (InitFrom).", Refusal.Of(() => WeightFile.Load(_folder["w"], Net, static (_, _) => { })));
    }

    [Fact]
    public void What_is_this_networks_in_another_form_is_to_be_converted()
    {
        ParameterSummary[] turned = [.. Net.Select(static p => P(p.Name, [.. p.Shape.Reverse()]))];
        var notes = new Dictionary<string, string> { ["network"] = "Fcn8s" };
        WeightFile.Save(_folder["w"], turned, static (_, values) => values.Clear(), notes);
        string message = Refusal.Of(() => WeightFile.Load(_folder["w"], Net, static (_, _) => { }));
        Assert.EndsWith("Transpose what has another order of axes to (out, in, height, width), from TensorFlow's " +
            "(height, width, in, out) with numpy.transpose(weight, (3, 2, 0, 1)).", message);

        var writer = new SafetensorsWriter();
        foreach (ParameterSummary p in Net) writer.Add(p.Name, p.Shape, static (Span<long> values) => values.Clear());
        writer.Save(_folder["w"]);
        message = Refusal.Of(() => WeightFile.Load(_folder["w"], Net, static (_, _) => { }));
        Assert.EndsWith("Store what has another type as F32, in Python: tensor.float().", message);
        message = Refusal.Of(() => WeightFile.InitFrom(_folder["w"], Net, static (_, _) => { }));
        Assert.EndsWith("F32, F16, BF16 or F64 is needed. Store it as F32.", message);
    }

    private static ParameterSummary[] Under(string prefix) => [.. Net.Select(p => P(prefix + p.Name, [.. p.Shape]))];

    [Theory]
    [InlineData("module.")]
    [InlineData("model.")]
    [InlineData("backbone.layers/")]
    public void A_prefix_before_all_names_is_named_and_taken_off_on_request(string prefix)
    {
        string path = Saved(Under(prefix));
        string advice = $"4 of the missing ones are there with '{prefix}' before their names: take it off with --strip-prefix {prefix} " +
            $"(prefix: \"{prefix}\").";
        Assert.EndsWith(advice, Refusal.Of(() => WeightFile.Load(path, Net, static (_, _) => { })));
        Assert.EndsWith($"note: {advice}", Refusal.Of(() => WeightFile.InitFrom(path, Net, static (_, _) => { })));

        foreach (string asked in (string[])[prefix, prefix[..^1]])
        {
            var first = new float[4];
            InitReport report = WeightFile.Load(path, Net, (i, values) => first[i] = values[0], asked);
            Assert.Equal([0, 1000, 2000, 3000], first);
            Assert.Equal(Net.Select(static p => p.Name), report.Copied);
            Assert.Empty(report.Notes);
            Assert.Equal(4, WeightFile.InitFrom(path, Net, static (_, _) => { }, asked).Copied.Count);
        }
    }

    // A backbone of others below a head with our own names.
    [Fact]
    public void A_prefix_before_some_names_is_named_and_the_others_stay()
    {
        string path = Saved([P("backbone.conv1.weight", 4, 3, 3, 3), P("backbone.conv1.bias", 4), .. Net[2..]]);
        InitReport report = WeightFile.InitFrom(path, Net, static (_, _) => { });
        Assert.Equal(["score.weight", "score.bias"], report.Copied);
        Assert.StartsWith("2 of the missing ones are there with 'backbone.'", Assert.Single(report.Notes));
        Assert.Equal(4, WeightFile.Load(path, Net, static (_, _) => { }, "backbone.").Copied.Count);
    }

    [Fact]
    public void A_prefix_that_no_name_has_or_that_makes_names_equal_is_an_error()
    {
        string path = Saved([.. Net, P("ema.conv1.bias", 4)]);
        Assert.Equal($"'{path}' has no tensor whose name begins with 'module.'; its first is 'conv1.bias'.",
            Refusal.Of(() => WeightFile.Load(path, Net, static (_, _) => { }, "module.")));
        Assert.Contains("without the prefix 'ema.' both are 'conv1.bias'",
            Refusal.Of(() => WeightFile.Load(path, Net, static (_, _) => { }, "ema.")));
    }

    // fc6 of Caffe and Keras is a matrix; Caffe's biases have four axes.
    [Theory]
    [InlineData(new[] { 4, 27 }, new[] { 4, 3, 3, 3 }, true)]
    [InlineData(new[] { 2, 4 }, new[] { 2, 4, 1, 1 }, true)]
    [InlineData(new[] { 1, 1, 4, 27 }, new[] { 4, 3, 3, 3 }, true)]
    [InlineData(new[] { 1, 1, 1, 4 }, new[] { 4 }, true)]
    [InlineData(new[] { 1, 27 }, new[] { 1, 3, 3, 3 }, true)]
    [InlineData(new[] { 27, 4 }, new[] { 4, 3, 3, 3 }, false)]
    [InlineData(new[] { 3, 3, 3, 4 }, new[] { 4, 3, 3, 3 }, false)]
    [InlineData(new[] { 108 }, new[] { 4, 3, 3, 3 }, false)]
    [InlineData(new[] { 4, 26 }, new[] { 4, 3, 3, 3 }, false)]
    public void A_matrix_with_the_same_values_in_the_same_order_fits_with_a_note(int[] stored, int[] wanted, bool fits)
    {
        string path = Saved([P("fc.weight", stored)]);
        ParameterSummary[] net = [P("fc.weight", wanted)];
        var values = new List<float>();
        if (!fits)
        {
            Assert.Contains("\n  other shape: fc.weight is (", Refusal.Of(() => WeightFile.Load(path, net, static (_, _) => { })));
            return;
        }
        InitReport loaded = WeightFile.Load(path, net, (_, span) => values.AddRange(span));
        InitReport started = WeightFile.InitFrom(path, net, static (_, _) => { });
        Assert.Equal(Enumerable.Range(0, (int)Tensor.Count(wanted)).Select(static i => (float)i), values);
        string note = $"fc.weight is ({string.Join(", ", stored)}) in the file, ({string.Join(", ", wanted)}) in the network; " +
            "the values are taken in order";
        Assert.Equal([note], loaded.Notes);
        Assert.EndsWith($"\nnote: {note}", started.ToString());
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
