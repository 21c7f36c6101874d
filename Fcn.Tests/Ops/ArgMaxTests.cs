using Fcn.Devices.Cpu;
using Fcn.Generator;
using Fcn.Generator.Graph;
using Fcn.Generator.Schedule;
using Fcn.Generator.Schedule.Gpu;
using Fcn.Tests.Generator;
using Xunit;

namespace Fcn.Tests.Ops;

// Labels of scores that are not finite: every machine's kernels mark the same pixels as having no class, and label all others alike.
public sealed class ArgMaxTests
{
    private const int Classes = 21, Height = 6, Width = 8, NoClass = 255;

    // A class of the last vector, the highest one, one that is far from it, and all.
    private static readonly (int[] Classes, double Value)[] Biases =
    [
        ([20], double.NaN), ([12], double.PositiveInfinity), ([3], double.NegativeInfinity),
        ([.. Enumerable.Range(0, Classes)], double.NaN),
    ];

    private static readonly Head[] Heads = [new("Bilinear", "Upsample(2)"), new("Learned", "Upsample(2, Learned = true)")];

    public static TheoryData<string> Targets => ["scalar", "avx512", "ptx plain", "ptx bf16", "ilgpu plain"];

    [Theory, MemberData(nameof(Targets))]
    public void Pixels_with_a_score_that_is_not_finite_have_no_class(string target)
    {
        var run = Runner(target);
        foreach (var head in Heads)
        {
            double[] whole = run(head.With(0, 1));
            Assert.All(whole, static label => Assert.InRange(label, 0, Classes - 1));
            Assert.Equal(12, whole[0]); // the highest bias
            foreach (var (classes, value) in Biases)
                Assert.All(run(head.With(0, 1, [.. classes.Select(c => (c, value))])), static label => Assert.Equal(NoClass, label));
            // One pixel, and those that are between it and its neighbours.
            double[] partly = run(head.With(double.NegativeInfinity, 1));
            Assert.InRange(partly.Count(static label => label == NoClass), 1, Height * Width - 1);
            Assert.All(whole.Zip(partly), static label => Assert.Contains(label.Second, new[] { NoClass, label.First }));
        }
    }

    // Coarse scores are finite, what a learned upsampling makes of them is not. The interpreter rounds to single precision for it.
    [Theory, MemberData(nameof(Targets))]
    public void An_upsampling_that_overflows_has_no_class(string target)
    {
        double[] labels = Runner(target)(Heads[1].With(0, 3e38));
        Assert.All(labels, static label => Assert.Equal(NoClass, label));
    }

    private static Func<OpGraph, double[]> Runner(string target) => target switch
    {
        "scalar" => static op => Interpreted(op, InterpretedSchedule.Scalar),
        "avx512" => static op => Interpreted(op, Machine.Avx512),
        "ptx plain" => static op => Emulated(op, GpuMachine.Plain, EmulatedPtx.Target),
        "ptx bf16" => static op => Emulated(op, GpuMachine.Bf16, EmulatedPtx.Target),
        _ => Ilgpu,
    };

    private static Func<OpGraph, double[]> Ilgpu { get; } = Sharing(new EmulatedIlgpu());

    private static Func<OpGraph, double[]> Sharing(EmulatedIlgpu target) => op => Emulated(op, GpuMachine.Plain, target);

    private static double[] Interpreted(OpGraph op, Machine machine) =>
        new InterpretedSchedule(op, "labels", machine, single: true).Run().Map;

    private static double[] Emulated(OpGraph op, GpuMachine machine, IKernelTarget target)
    {
        using var schedule = new EmulatedSchedule(op, machine, target).Packed();
        return schedule.Run("labels").Map;
    }

    private sealed class Head(string name, string upsample)
    {
        private readonly NetworkGraph _graph = Compiler.Understand(Compilations.Declare($$"""
            using Fcn;
            [Fcn(Classes = 21)]
            [Input(Channels = 1, Mean = new float[0]), Conv("conv1", 1, Kernel = 2, Stride = 2, Relu = false, Pad = 4)]
            [Score, {{upsample}}]
            public partial class {{name}};
            """), default).Graph!;

        /// The middle pixel has a value, all others 0; the biases are 0, 1, ... 12, then falling again, but for those that are given.
        public OpGraph With(double pixel, double upsample, params (int Class, double Bias)[] given)
        {
            double[] biases = [.. Enumerable.Range(0, Classes).Select(static c => 12.0 - Math.Abs(c - 12))];
            var pixels = new double[Height * Width];
            foreach (var (c, bias) in given) biases[c] = bias;
            pixels[pixels.Length / 2] = pixel;
            return OpGraph.Of($"ArgMax{name}", _graph, Weights, 1, Height, Width, pixels, new byte[pixels.Length]);

            double[] Weights(string parameter) => parameter switch
            {
                "conv1.weight" => [1, 1, 1, 1],
                "conv1.bias" => [0],
                "score_fr.weight" => new double[Classes],
                "score_fr.bias" => biases,
                _ => [.. Enumerable.Range(0, Classes * Classes * 16).Select(i => i / 16 % (Classes + 1) == 0 ? upsample : 0)],
            };
        }
    }
}
