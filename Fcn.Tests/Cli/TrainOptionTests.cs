// fcn train: options that cannot be meant so.
using Xunit;

namespace Fcn.Tests.Cli;

public sealed class TrainOptionTests
{
    [Theory]
    [InlineData("--rate", "0", "above 0, such as 0.01 or 1e-4")]
    [InlineData("--gamma", "-1", "above 0, such as 0.01 or 1e-4")]
    [InlineData("--power", "-0.5", "of 0 or more")]
    [InlineData("--momentum", "1", "of at least 0 and below 1")]
    [InlineData("--decay", "-1e-4", "of 0 or more")]
    [InlineData("--min-scale", "0.01", "from 1/16 (0.0625) to 16")]
    [InlineData("--max-scale", "17", "from 1/16 (0.0625) to 16")]
    public void ANumberOutOfItsRangeIsWrongUsage(string option, string value, string range)
    {
        ToolResult result = Tool.Run("train", "data", "--network", "fcn-demo", option, value);
        Assert.Equal(2, result.Code);
        Assert.StartsWith($"error: {option} {value}: expected a number {range}.", result.Error);
    }

    [Theory]
    [InlineData("step", "--poly-length", "poly")]
    [InlineData("step", "--power", "poly")]
    [InlineData("poly", "--gamma", "step")]
    [InlineData("fixed", "--step-size", "step")]
    public void AnOptionOfAnotherPolicyIsWrongUsage(string policy, string option, string its)
    {
        ToolResult result = Tool.Run("train", "data", "--network", "fcn-demo", "--policy", policy, option, "5");
        Assert.Equal(2, result.Code);
        Assert.StartsWith($"error: {option} is of --policy {its}, and this run's is {policy}.", result.Error);
    }

    [Fact]
    public void FewerStepsThanAreDoneAreToldOf()
    {
        using var run = new SceneRun();
        string[] options = ["--network", "fcn-demo", "--runs", run.Runs, "--name", "x", "--val-split", "none"];
        Assert.Equal(0, Tool.Run(["train", run.Data.Root, .. options, "--iterations", "2"]).Code);
        Assert.StartsWith("2 steps are done already, more than the 1 of --iterations, so nothing was done. ",
            Tool.Run("train", "--resume", run.Folder, "--iterations", "1").LastLine);
    }

    [Fact]
    public void ScalesThatAreNoRangeAreWrongUsage()
    {
        ToolResult result = Tool.Run("train", "data", "--network", "fcn-demo", "--min-scale", "1.5");
        Assert.Equal(2, result.Code);
        Assert.StartsWith("error: --min-scale 1.5 is above --max-scale 1: ", result.Error);
    }
}
