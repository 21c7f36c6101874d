using System.Text;
using Fcn.Generator.Layers;
using Fcn.Generator;
using Xunit;

namespace Fcn.Tests.Generator;

// Every size from 1 to 3000: the compiler's formulas and the C# made of them against Caffe's arithmetic, simulated layer by layer
// (conv_layer.cpp, pooling_layer.cpp, deconv_layer.cpp, crop_layer.cpp). Crops stand here as in the reference's prototxt files.
public class SizeArithmetic
{
    private const int Largest = 3000;

    private static readonly Step[] Vgg =
    [
        .. Block(1, 2, 100), .. Block(2, 2, 1), .. Block(3, 3, 1), .. Block(4, 3, 1), .. Block(5, 3, 1),
        new("fc6", 'c', 7, 1, 0), new("fc7", 'c', 1, 1, 0), new("score_fr", 'c', 1, 1, 0),
    ];

    private static readonly Step[] Skip4 =
    [
        new("upscore2", 'd', 4, 2, 0), new("score_pool4", 'c', 1, 1, 0, "pool4"),
        new("fuse_pool4", '+', 0, 0, 5, "upscore2", "score_pool4"),
    ];

    private static readonly Dictionary<string, (string Source, Step[] Steps)> Nets = new()
    {
        ["Fcn32s"] = (Sources.Fcn32s, [.. Vgg, new("upscore", 'd', 64, 32, 0), new("score", 'x', 0, 0, 19)]),
        ["Fcn16s"] = (Sources.Fcn16s, [.. Vgg, .. Skip4, new("upscore16", 'd', 32, 16, 0), new("score", 'x', 0, 0, 27)]),
        ["Fcn8s"] = (Sources.Fcn8s,
        [
            .. Vgg, .. Skip4, new("upscore_pool4", 'd', 4, 2, 0), new("score_pool3", 'c', 1, 1, 0, "pool3"),
            new("fuse_pool3", '+', 0, 0, 9, "upscore_pool4", "score_pool3"), new("upscore8", 'd', 16, 8, 0), new("score", 'x', 0, 0, 31),
        ]),
        ["FcnAlexNet"] = (Sources.FcnAlexNet,
        [
            new("conv1", 'c', 11, 4, 100), new("pool1", 'p', 3, 2, 0), new("conv2", 'c', 5, 1, 2), new("pool2", 'p', 3, 2, 0),
            new("conv3", 'c', 3, 1, 1), new("conv4", 'c', 3, 1, 1), new("conv5", 'c', 3, 1, 1), new("pool5", 'p', 3, 2, 0),
            new("fc6", 'c', 6, 1, 0), new("fc7", 'c', 1, 1, 0), new("score_fr", 'c', 1, 1, 0), new("upscore", 'd', 63, 32, 0),
            new("score", 'x', 0, 0, 18),
        ]),
    };

    public static TheoryData<string> Names => [.. Nets.Keys];

    [Theory, MemberData(nameof(Names))]
    public void FormulasAndGeneratedCodeAgreeWithCaffeAtEverySize(string name)
    {
        var (source, steps) = Nets[name];
        var table = Compiler.Understand(Compilations.Declare(source), CancellationToken.None).Table!;
        Assert.Equal(steps.Select(static s => s.Name), table.Rows.Select(static r => r.Name));
        var generated = Compile(table);
        for (int n = 1; n <= Largest; n++)
        {
            var caffe = Simulate(steps, n);
            for (int i = 0; i < steps.Length; i++)
            {
                var (layer, size) = (steps[i].Name, caffe[steps[i].Name]);
                var (formula, code) = (table.Rows[i].Size.At(n), generated[i](n));
                Assert.True(size >= 1, $"{layer} is empty at {n}");
                Assert.True(size == formula && size == code, $"{layer} at {n}: Caffe {size}, formula {formula}, generated code {code}");
            }
        }
    }

    [Fact]
    public void ModelsCarryTheSameFormulas()
    {
        foreach (var summary in new[] { Models.Fcn32s.Summary, Models.Fcn16s.Summary, Models.Fcn8s.Summary })
            for (int n = 1; n <= Largest; n++)
            {
                var caffe = Simulate(Nets[summary.Name].Steps, n);
                foreach (var layer in summary.Layers) Assert.Equal(caffe[layer.Name], layer.Size(n));
            }
    }

    [Fact]
    public void EveryCropOfTheSmallNetFitsAtEverySize()
    {
        var layers = Models.FcnSmall.Summary.Layers.ToDictionary(static l => l.Name);
        (string Cut, int By, string To)[] crops =
            [("upscore2", 1, "score_pool3"), ("upscore_pool3", 1, "score_pool2"), ("upscore4", 2, "score")];
        for (int n = 1; n <= Largest; n++)
        {
            Assert.All(layers.Values, l => Assert.True(l.Size(n) >= 1));
            foreach (var (cut, by, to) in crops)
                Assert.True(by + layers[to].Size(n) <= layers[cut].Size(n), $"{cut} at {n}");
        }
        Assert.Equal([1, 1, 2], Models.FcnSmall.Summary.Crops.Values);
    }

    [Theory]
    [InlineData(3, 2, 1)]
    [InlineData(3, 3, 2)]
    [InlineData(5, 1, 4)]
    [InlineData(7, 4, 3)]
    public void PaddedPoolingDropsWindowsBehindTheMap(int kernel, int stride, int pad)
    {
        var extent = Fcn.Generator.Graph.Extent.Input.PoolUp(kernel, stride, pad);
        for (int n = 1; n <= Largest; n++) Assert.Equal(Pool(n, kernel, stride, pad), extent.At(n));
    }

    // Fails where a crop would read behind its map, as Caffe's CropLayer does.
    private static Dictionary<string, int> Simulate(Step[] steps, int n)
    {
        var sizes = new Dictionary<string, int> { ["data"] = n };
        int last = n;
        foreach (var s in steps)
        {
            int x = s.From is null ? last : sizes[s.From];
            sizes[s.Name] = last = s.Kind switch
            {
                'c' => (x + 2 * s.Pad - s.Kernel) / s.Stride + 1,
                'p' => Pool(x, s.Kernel, s.Stride, s.Pad),
                'd' => s.Stride * (x - 1) + s.Kernel - 2 * s.Pad,
                '+' => Crop(sizes[s.Other!], s.Pad, x),
                'x' => Crop(x, s.Pad, n),
                _ => throw new InvalidOperationException($"step {s.Kind}"),
            };
        }
        return sizes;

        int Crop(int size, int offset, int to)
        {
            Assert.True(offset >= 0 && offset + to <= size, $"a crop of {to} at {offset} does not fit into {size} for an input of {n}");
            return to;
        }
    }

    private static int Pool(int x, int kernel, int stride, int pad)
    {
        int pooled = (int)Math.Ceiling((x + 2 * pad - kernel) / (double)stride) + 1;
        return pad > 0 && (pooled - 1) * stride >= x + pad ? pooled - 1 : pooled;
    }

    private static Func<int, int>[] Compile(LayerTable table)
    {
        var text = new StringBuilder("public static class Sizes { public static System.Func<int, int>[] All => [");
        foreach (var row in table.Rows) text.Append("static n => ").Append(row.Size.Code("n")).Append(", ");
        var type = Compilations.Load(Compilations.Of(text.Append("]; }").ToString())).GetType("Sizes")!;
        return (Func<int, int>[])type.GetProperty("All")!.GetValue(null)!;
    }

    private static IEnumerable<Step> Block(int number, int convolutions, int pad) =>
        Enumerable.Range(1, convolutions)
            .Select(i => new Step($"conv{number}_{i}", 'c', 3, 1, i == 1 ? pad : 1))
            .Append(new($"pool{number}", 'p', 2, 2, 0));

    /// Kind: c convolution, p pooling, d transposed convolution, + sum of From and Other cropped by Pad, x cut to the input at Pad.
    private sealed record Step(string Name, char Kind, int Kernel, int Stride, int Pad, string? From = null, string? Other = null);
}
