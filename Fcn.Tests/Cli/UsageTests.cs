using Fcn.Cli;
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
    [InlineData("info fcn8s --size 10", 1, "error: --size: '10' is no size", "such as 240x180.")]
    [InlineData("demo --iterations many", 1, "error: --iterations many: expected a whole number, 1 to 1000000.", "")]
    [InlineData("demo --simd mmx", 1, "error: --simd mmx: expected portable or avx2 or avx512.", "")]
    [InlineData("train data", 1, "error: Give --network. Networks here: fcn8s,", "fcn-demo.")]
    [InlineData("train data --network fcn-demo --rate fast", 1, "error: --rate fast: expected a number such as 0.01 or 1e-4.", "")]
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
            .Add("net", Fcn.Models.FcnDemo.Summary, static device => new Fcn.Models.FcnDemo(device))
            .Add("NET", Fcn.Models.FcnDemo.Summary, static device => new Fcn.Models.FcnDemo(device)));
}
