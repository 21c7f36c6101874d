using Fcn.Generator.Layers;
using Fcn.Generator;
using Xunit;

namespace Fcn.Tests.Generator;

// The numbers of the reference implementation's prototxt files, found by composing coordinate maps alone.
public class Crops
{
    [Fact]
    public void Fcn32sIsCutAt19() => Equal(Sources.Fcn32s, ("score", 19));

    [Fact]
    public void Fcn16sIsCutAt5And27() => Equal(Sources.Fcn16s, ("score_pool4", 5), ("score", 27));

    [Fact]
    public void Fcn8sIsCutAt5And9And31() => Equal(Sources.Fcn8s, ("score_pool4", 5), ("score_pool3", 9), ("score", 31));

    [Fact]
    public void FcnAlexNetIsCutAt18() => Equal(Sources.FcnAlexNet, ("score", 18));

    [Theory]
    [InlineData(97, 16)]
    [InlineData(100, 19)]
    [InlineData(140, 59)]
    public void TheCutOfFcn32sIsItsPadLess81(int pad, int crop) =>
        Equal(Sources.Fcn32s.Replace("Pad = 100", $"Pad = {pad}"), ("score", crop));

    [Fact]
    public void WithoutPaddingTheUpsampledScoresAreCropped() => Equal("""
        using Fcn;
        [Fcn(Classes = 2)]
        [Conv("conv1", 4), MaxPool("pool1"), Conv("conv2", 4), MaxPool("pool2"), Conv("conv3", 4)]
        [Score, Skip("pool1"), Upsample(2)]
        public partial class Same;
        """, ("upscore2", 1), ("score", 1));

    [Theory]
    [InlineData(Sources.Fcn32s, 134346581)]
    [InlineData(Sources.Fcn16s, 134357354)]
    [InlineData(Sources.Fcn8s, 134362751)]
    [InlineData(Sources.FcnAlexNet, 56954261)]
    public void ParametersAreThoseOfThePaper(string source, long parameters) =>
        Assert.Equal(parameters, Table(source).ParameterCount);

    [Theory]
    [InlineData(Sources.Fcn32s, "fc6", 404)]
    [InlineData(Sources.Fcn8s, "score_fr", 404)]
    [InlineData(Sources.Fcn8s, "score_pool4", 100)]
    [InlineData(Sources.FcnAlexNet, "fc6", 355)]
    public void ReceptiveFieldsAreThoseOfThePaper(string source, string layer, int field) =>
        Assert.Equal(field, Table(source)[layer].Field);

    private static LayerTable Table(string source) => Compiler.Understand(Compilations.Declare(source), CancellationToken.None).Table!;

    private static void Equal(string source, params (string, int)[] crops) =>
        Assert.Equal(crops, Table(source).Rows.Where(static r => r.Crop is not null).Select(static r => (r.Name, r.Crop ?? 0)));
}
