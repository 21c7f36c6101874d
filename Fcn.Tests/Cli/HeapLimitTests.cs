// Images that are larger than the memory for objects, among others that are not.
using Fcn.Models;
using Fcn.Tests.Data;
using Xunit;

namespace Fcn.Tests.Cli;

public sealed class HeapLimitTests : IDisposable
{
    // 64 MB: too little for 3000 x 2500 pixels as floats, enough for them as bytes.
    static readonly (string, string) limit = ("DOTNET_GCHeapHardLimit", "0x4000000");

    readonly TempFolder folder = new();
    readonly VocFolder data = new VocFolder().AddScenes(3);
    readonly string weights;

    public HeapLimitTests()
    {
        weights = folder["w.safetensors"];
        using var network = new FcnDemo();
        network.Initialize(3);
        network.Save(weights, new Dictionary<string, string> { ["network"] = "FcnDemo" });
    }

    public void Dispose()
    {
        data.Dispose();
        folder.Dispose();
    }

    ToolResult Run(string verb, params string[] more)
    {
        string[] args = [verb, .. more, "--runs", folder["runs"], "--threads", "1"];
        using ToolProcess process = ToolProcess.Start(limit, args);
        return process.Wait();
    }

    [Fact]
    public void ValNamesAnImageThatIsTooLargeAndCountsTheOthers()
    {
        data.Add("s1", 3000, 2500, 0);
        ToolResult result = Run("val", data.Root, "--weights", weights, "--split", "all", "--overlays", "0");
        Assert.Equal(1, result.Code);
        Assert.Contains("These numbers are without 1 of 3 images.", result.Output);
        Assert.Contains("mean IU ", result.Output);
        Assert.Contains("1 of 3 images could not be segmented:", result.Error);
        Assert.Contains("'s1'", result.Error);
        Assert.Contains("3000x2500", result.Error.Replace("2500x3000", "3000x2500"));
        Assert.Contains(" may take", result.Error);
    }

    [Fact]
    public void ASizeForWhichThereIsNoRoomNamesImageNumbersAndBytes()
    {
        ToolResult result = Run("val", data.Root, "--weights", weights, "--split", "val", "--size", "9000x9000", "--overlays", "0");
        Assert.Equal(1, result.Code);
        Assert.Contains("'s2': An image of 9000x9000x3 takes 243000000 bytes", result.Error);
    }

    [Fact]
    public void TrainingNamesImageSizeAndNeed()
    {
        data.Add("s1", 3000, 2500, 0).List("train", "s1\n");
        ToolResult result = Run("train", data.Root, "--network", "fcn-demo", "--iterations", "2");
        Assert.Equal(1, result.Code);
        Assert.Contains("'s1': A batch of 1x2500x3000x3 takes 90000000 bytes (0.09 GB); of the 0.07 GB that objects may take", result.Error);
    }

    [Fact]
    public void PredictNamesSizeAndNeed()
    {
        data.Add("big", 5000, 4500, 0);
        ToolResult result = Run("predict", Path.Combine(data.Root, "JPEGImages", "big.png"), "--weights", weights);
        Assert.Equal(1, result.Code);
        Assert.Contains("big.png' has 5000x4500 pixels and takes 67500000 bytes (0.07 GB); of the 0.07 GB that objects may take",
            result.Error);
    }
}
