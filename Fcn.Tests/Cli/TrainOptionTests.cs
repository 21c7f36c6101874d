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

    [Fact]
    public void ScalesThatAreNoRangeAreWrongUsage()
    {
        ToolResult result = Tool.Run("train", "data", "--network", "fcn-demo", "--min-scale", "1.5");
        Assert.Equal(2, result.Code);
        Assert.StartsWith("error: --min-scale 1.5 is above --max-scale 1: ", result.Error);
    }
}
