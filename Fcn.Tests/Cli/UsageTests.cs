using Fcn.Cli;
using Fcn.Cli.Output;
using Spectre.Console;
using Xunit;

namespace Fcn.Tests.Cli;

public sealed class UsageTests
{
    [Theory]
    [InlineData("train --iteratons 5", 2, "error: There is no option '--iteratons'.", "Did you mean --iterations? See fcn train --help.")]
    [InlineData("predict --miror", 2, "error: There is no option '--miror'.", "See fcn predict --help.")]
    [InlineData("train --rate", 2, "error: Required argument missing for option: '--rate'.", "See fcn train --help.")]
    [InlineData("demo more", 2, "error: 'more' is one argument too many.", "See fcn demo --help.")]
    [InlineData("trian", 2, "error: There is no verb 'trian'.", "Did you mean train? See fcn --help.")]
    [InlineData("info fcn8", 1, "error: There is no network 'fcn8'. Did you mean fcn8s? Networks here: fcn8s,", "fcn-demo.")]
    [InlineData("info mobilenet", 1, "error: There is no network 'mobilenet'. Networks here: fcn8s,", "fcn-demo.")]
    [InlineData("info fcn8s --size 10", 2, "error: --size: '10' is no size", "See fcn info --help.")]
    [InlineData("info fcn8s --size 65536x1", 2, "error: --size: '65536x1' is no size: ", "both are 1 to 65535.\nSee fcn info --help.")]
    [InlineData("info fcn8s --kernels --precision fp8", 2, "error: --precision fp8: expected", "See fcn info --help.")]
    [InlineData("info fcn8s --kernels=maybe", 2, "error: --kernels maybe: expected true or false, or nothing.", "See fcn info --help.")]
    [InlineData("benchmark --size 0x5", 2, "error: --size: '0x5' is no size", "See fcn benchmark --help.")]
    [InlineData("benchmark fcn-demo --batch 1000 --size 5000x5000 --device cpu", 1,
        "error: 1000 images of 5000x5000 take 75000000000 values; an array holds at most 2147483591.", "Give a smaller --batch or --size.")]
    [InlineData("demo --iterations many", 2, "error: --iterations many: expected a whole number, 1 to 1000000.", "See fcn demo --help.")]
    [InlineData("demo --simd mmx", 2, "error: --simd mmx: expected portable or avx2 or avx512.", "See fcn demo --help.")]
    [InlineData("demo --seed -1", 2, "error: --seed -1: expected a whole number, 0 or more.", "See fcn demo --help.")]
    [InlineData("demo --device tpu", 2, "error: --device tpu: expected auto, cpu, cuda[:n] or ilgpu[:cuda|opencl|cpu].", "See fcn demo --help.")]
    [InlineData("predict a.png --alpha 2", 2, "error: --alpha 2: expected a number from 0 to 1.", "See fcn predict --help.")]
    [InlineData("info --size big", 2, "error: --size: 'big' is no size", "See fcn info --help.")]
    [InlineData("info --kernels", 2, "error: Kernels are of one network: name it.", "See fcn info --help.")]
    [InlineData("train --data D", 2, "error: There is no option '--data'.", "without a name: fcn train DATA. See fcn train --help.")]
    [InlineData("predict --images=D", 2, "error: There is no option '--images'.", "fcn predict IMAGES. See fcn predict --help.")]
    [InlineData("predict a.png -x.png", 2, "error: There is no option '-x.png'.", "See fcn predict --help.")]
    [InlineData("predict --weights no-such-file -- -x.png", 1, "error: Cannot read 'no-such-file'", "")]
    [InlineData("predict --weights -w -- -x.png", 1, "error: Cannot read '-w': there is no such file.", "")]
    [InlineData("train --network fcn-demo -- -no-such-folder", 1, "error: '-no-such-folder' is no data set", "")]
    [InlineData("info -- -fcn9s", 1, "error: There is no network '-fcn9s'. Did you mean fcn8s?", "fcn-demo.")]
    [InlineData("train data", 1, "error: Give --network. Networks here: fcn8s,", "fcn-demo.")]
    [InlineData("train data --network fcn-demo --rate fast", 2, "error: --rate fast: expected a number above 0, such as 0.01 or 1e-4.",
        "See fcn train --help.")]
    [InlineData("train no-such-folder --network fcn-demo", 1, "error: 'no-such-folder' is no data set: there is no such folder.", "")]
    [InlineData("train --resume no-such-run", 1, "error: There is no run 'no-such-run'.", "")]
    [InlineData("predict", 1, "error: Give the weights: --weights FILE", "")]
    [InlineData("val --weights no-such-file --network fcn-demo", 1, "error: Give the data set", "")]
    [InlineData("predict no.png --weights no-such-file", 1, "error: Cannot read 'no-such-file': there is no such file.", "")]
    public void WhatIsWrongIsSaidInOneMessage(string arguments, int code, string begin, string end)
    {
        ToolResult result = Tool.Run(arguments.Split(' '));
        Assert.Equal(code, result.Code);
        Assert.StartsWith(begin, result.Error);
        Assert.EndsWith(end, result.Error.TrimEnd());
        Assert.DoesNotContain("   at ", result.Error);
        Assert.Equal("", result.Output);
    }

    // Who searches a log for a sentence finds all of it in one line.
    [Fact]
    public void NothingIsFoldedOutsideATerminal()
    {
        string path = string.Concat(Enumerable.Repeat("a long name/", 60)) + "a.safetensors";
        Assert.Equal($"error: Cannot read '{path}': its folder does not exist.\n", Tool.Run("predict", "a.png", "--weights", path).Error);
        using var output = new StringWriter();
        var terminal = new Terminal(output, TextWriter.Null);
        terminal.Show(Tables.New(path, "number").AddRow(path, "1"));
        Assert.Equal(2, output.ToString().Split('\n').Count(line => line.Contains(path, StringComparison.Ordinal)));
    }

    [Fact]
    public void WithoutVerbThereIsHelp()
    {
        ToolResult result = Tool.Run();
        Assert.Equal((0, ""), (result.Code, result.Error));
        string[] verbs = ["demo", "info", "train", "val", "predict", "benchmark"];
        foreach (string verb in verbs) Assert.Contains($"\n  {verb} ", result.Output);
    }

    [Theory]
    [InlineData("fcn8s", "fcn8s")]
    [InlineData("FCN-8S", "fcn8s")]
    [InlineData("Fcn8sAtOnce", "fcn8s-at-once")]
    [InlineData("fcn_small", "fcn-small")]
    public void NamesAreFoundHoweverTheyAreSpelt(string name, string found) => Assert.Equal(found, PaperNetworks.All.Find(name).Name);

    [Fact]
    public void ACatalogTakesANameOnce() =>
        Assert.Throws<ArgumentException>(() => new NetworkCatalog()
            .Add("net", Fcn.Models.FcnDemo.Summary, Fcn.Models.FcnDemo.Code, static device => new Fcn.Models.FcnDemo(device))
            .Add("NET", Fcn.Models.FcnDemo.Summary, Fcn.Models.FcnDemo.Code, static device => new Fcn.Models.FcnDemo(device)));
}
