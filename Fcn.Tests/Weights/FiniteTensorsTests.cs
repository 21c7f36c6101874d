using Fcn.Tests.Training;
using Fcn.Training;
using Fcn.Weights;
using Xunit;

namespace Fcn.Tests.Weights;

/// <summary>Every way in for weights names the tensor that is not finite, and leaves the network as it was.</summary>
public sealed class FiniteTensorsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // The last parameter is the bad one: all others were read before it.
    [Theory]
    [InlineData("F32", "0000803F0000C07F00000040", "1 of 3 values are not finite, the first is NaN at index 1. ")]
    [InlineData("F32", "0000807F0000C07F000080FF", "3 of 3 values are not finite, the first is Infinity at index 0. ")]
    [InlineData("F16", "003C007C0040", "1 of 3 values are not finite, the first is Infinity at index 1. ")]
    [InlineData("F16", "003C0040007E", "1 of 3 values are not finite, the first is NaN at index 2. ")]
    [InlineData("BF16", "803F80FF0040", "1 of 3 values are not finite, the first is -Infinity at index 1. ")]
    [InlineData("F64", "9C7500883CE437FE000000000000F03F9C7500883CE437FE",
        "2 of 3 values are not finite, the first is -Infinity at index 0 (stored as F64; a float ends at 3.4e38). ")]
    public void Files_of_weights(string type, string data, string expected)
    {
        byte[] bytes = Convert.FromHexString(data);
        string header = $$$"""
            {"score.weight":{"dtype":"F32","shape":[3,3,1,1],"data_offsets":[0,36]},
            "score.bias":{"dtype":"F32","shape":[3],"data_offsets":[36,48]},
            "frozen.bias":{"dtype":"{{{type}}}","shape":[3],"data_offsets":[48,{{{48 + bytes.Length}}}]}}
            """;
        string path = _folder.Write("w", SafetensorsTests.File8(header, [.. new byte[48], .. bytes]));
        using PixelNet net = PixelNet.Initialized();
        int[] before = net.Engine.Bits();
        foreach (Action load in (Action[])[() => net.Load(path), () => net.InitFrom(path)])
            Assert.Equal($"'{path}', tensor 'frozen.bias': {expected}Nothing was replaced. " +
                "Such weights come from a training that diverged: take a checkpoint from before.", Refusal.Of(load));
        Assert.Equal(before, net.Engine.Bits());
    }

    [Fact]
    public void Values_of_a_program()
    {
        using PixelNet net = PixelNet.Initialized();
        int[] before = net.Engine.Bits();
        Assert.StartsWith("'score.bias' of PixelNet: 1 of 3 values are not finite, the first is NaN at index 2. Nothing was replaced.",
            Refusal.Of(() => net.SetParameter("score.bias", new Tensor([3], [1, 2, float.NaN]))));
        Assert.Equal(before, net.Engine.Bits());
    }

    // A checkpoint of ours never holds such values; its file may have been edited or averaged by another program.
    [Theory]
    [InlineData("score.bias")]
    [InlineData("momentum.frozen.bias")]
    public void A_run_that_is_resumed(string tensor)
    {
        using PixelNet net = PixelNet.Initialized();
        using var trainer = new Trainer(net, new ColourSet(3), new TrainerSettings());
        trainer.Step();
        trainer.Save(_folder["last"]);
        byte[] file = File.ReadAllBytes(_folder["last"]);
        using (SafetensorsReader reader = SafetensorsReader.Open(_folder["last"]))
            BitConverter.TryWriteBytes(file.AsSpan((int)reader.Tensors[tensor].Offset), float.PositiveInfinity);
        string path = _folder.Write("edited", file);
        int[] before = net.Engine.Bits();
        Assert.StartsWith($"'{path}', tensor '{tensor}': 1 of 3 values are not finite, the first is Infinity at index 0.",
            Refusal.Of(() => trainer.Resume(path)));
        Assert.Equal(before, net.Engine.Bits());
    }
}
