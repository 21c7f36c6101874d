using Fcn.Devices;
using Fcn.Generator;
using Fcn.Generator.Graph;
using Fcn.Generator.Kernels;
using Fcn.Generator.Passes;
using Fcn.Generator.Schedule;
using Fcn.Generator.Schedule.Gpu;
using Fcn.Tests.Generator;
using Xunit;

namespace Fcn.Tests.Schedule;

// Every whole number that generated code computes, in kernels and on the host, at the largest batches that are let in: none leaves the 32
// or 64 bits that it has. What is let in is what RunShape lets in and what the generated Measure counts without overflow.
public sealed class OverflowTests
{
    private const string Rich = """
        using Fcn;
        [Fcn(Classes = 254)]
        [Conv("conv1", 9, Pad = 12), Conv("conv1b", 12, Groups = 3, Relu = false), MaxPool("pool1")]
        [Conv("conv2", 20, Dilation = 2, Pad = 2), MaxPool("pool2", Kernel = 3)]
        [Conv("conv3", 24, Kernel = 2, Pad = 0, Dropout = 0.4)]
        [Score, Skip("pool1", Upsample = 2, Kernel = 3, Learned = true, Scale = 0.5), Upsample(2)]
        public partial class Rich;
        """;

    // Weights as large as they may be, of layers that are padded to blocks of 16 channels.
    private const string Heavy = """
        using Fcn;
        [Fcn(Classes = 3)]
        [Conv("conv1", 4096, Kernel = 1, Pad = 0), Conv("conv2", 8, Kernel = 255, Pad = 127), Conv("conv3", 8, Kernel = 3), Score]
        public partial class Heavy;
        """;

    public static TheoryData<string> Networks => ["Fcn8s", "Fcn8sAtOnce", "Fcn16s", "Fcn32s", "FcnSmall", "FcnDemo", "Rich", "Heavy"];

    [Theory, MemberData(nameof(Networks))]
    public void No_whole_number_leaves_its_bits(string name)
    {
        var faults = new Dictionary<string, string>();
        var (code, variants) = Schedules(name);
        foreach (var machine in Machine.Cpus)
        {
            var functions = code.Tiles.Values.SelectMany(t => t.On(machine)).ToDictionary(static t => t.Name);
            foreach (var mode in code.Modes) new Limits($"{machine.Name} ", mode, Counting.Most, machine, functions, [], faults).Check();
        }
        foreach (var variant in variants)
        {
            var prepared = new Dictionary<string, Range>();
            foreach (var mode in variant.Modes.Where(static m => m.Name is Modes.Prepare or Modes.PrepareTraining))
                Of(mode).Evaluate(new(default, 1, 1, 1), prepared);
            foreach (var mode in variant.Modes) Of(mode).Check();

            Limits Of(ModeSchedule mode) => new("", mode, int.MaxValue, null, new Dictionary<string, Kernel>(), prepared, faults);
        }
        Assert.True(faults.Count == 0, $"{faults.Count}:\n{string.Join("\n", faults.Take(40).Select(static f => $"{f.Key} {f.Value}"))}");
    }

    // The host divides 64 bits by 64 bits without asking: no divisor is 0, whatever the batch, the tile or the card. That holds for both sides
    // of a choice, since HostExpression computes both.
    [Theory, MemberData(nameof(Networks))]
    public void The_host_never_divides_by_zero(string name)
    {
        var (code, variants) = Schedules(name);
        foreach (var mode in code.Modes.Concat(variants.SelectMany(static v => v.Modes)))
        {
            var side = new Range(mode.Smallest, RunShape.MaxSide);
            var known = new Dictionary<string, Range>
            {
                ["N"] = new(1, Counting.Most), ["H"] = side, ["W"] = side, ["TilePixels"] = new(1, 16), ["TileBlocks"] = new(1, 16),
                ["Processors"] = new(1, 1 << 16), ["ParameterBlocks"] = new(1, 1 << 22),
            };
            foreach (var (height, width, size) in mode.Sizes)
                known[height] = known[width] = new(size.At(mode.Smallest), Int128.Max(size.At(mode.Smallest), size.At(RunShape.MaxSide)));
            var host = new WholeRanges(field => known.GetValueOrDefault(field, Range.Index), static field => field, []);
            foreach (var count in mode.Counts) known[count.Name] = host.Host(count.Value).Clamp(new(0, Counting.Most));
            foreach (var buffer in mode.Buffers) host.Host(buffer.Bytes);
            foreach (var launch in mode.Launches)
                foreach (var value in launch.Arguments.Append(launch.Blocks)) host.Host(value);
            Assert.Empty(host.Faults.Keys.Where(static fault => fault.Contains("division")).Select(fault => $"{mode.Name} {fault}"));
        }
    }

    [Fact]
    public void Generator_and_runtime_count_as_far() => Assert.Equal(Extents.MostCounted, Counting.Most);

    // Reading a step off an address must not turn 64 bits into 32.
    [Fact]
    public void Addresses_stay_as_wide_as_they_are()
    {
        Value w = Value.Variable("w", KernelType.Int), n = Value.Variable("n", KernelType.Int);
        var (step, rest) = Linear.Split((n * w).To(Element.Index) + n.To(Element.Index) * 5, w);
        Assert.Equal((KernelType.Index, KernelType.Index), (step.Type, rest.Type));
        Assert.Equal("index(n)", KernelPrinter.Text(step));
        Assert.Equal(3e9, (n * (Value)3_000_000_000L).Sources[1].Number);
        Assert.Equal(KernelType.Index, (n * (Value)3_000_000_000L).Type);
    }

    // The analysis itself: what it must find, and what it must not.
    [Fact]
    public void Faults_that_were_planted_are_found()
    {
        Value n = Value.Field("n", KernelType.Int), table = Value.Field("table", KernelType.To(Element.Int));
        Check("t * f.n", k => k.For("t", 0, n, t => k.Let("from", t * n / 7)));
        Check("division by f.n + -20000000", k => k.Let("x", 7 / (n - 20_000_000)));
        Check("", k => k.For("t", 0, n, t => k.Let("from", t.To(Element.Index) * n / 7)));
        Check("item + 2147483647", k => k.Let("x", Value.Item + int.MaxValue));
        Check("", k =>
        {
            Value row = k.Let("row", Value.Item / 3);
            k.If(row < 2, () => k.Let("x", row * (int.MaxValue / 2)));
        });
        Check("sum + f.n", k =>
        {
            Value sum = k.Let("sum", 0);
            k.For("i", 0, n, _ => k.Assign(sum, sum + n));
        });
        Check("entry.1 * 2", k =>
        {
            k.Store(table, 0, Value.Compose([Value.Int(5), n * 100]));
            Value entry = k.Let("entry", (table + 4).Load(0, 2));
            k.Let("first", entry.Lane(0) * 2);
            k.Let("second", entry.Lane(1) * 2);
        });
        Check("sum * 100", k =>
        {
            Value sum = k.Let("sum", 0);
            k.If(sum < 5, () => k.Assign(sum, n * 50));
            k.Let("x", sum * 100);
        });
        Check("before * 300", k =>
        {
            Value before = k.Let("before", 0);
            k.For("i", 0, n, _ =>
            {
                k.Let("x", before * 300);
                k.Assign(before, n);
            });
        });
        Check("entry.0 * 300", k =>
        {
            k.Store(table, 0, Value.Compose([Value.Int(5), Value.Int(5)]));
            Value entry = k.Let("entry", table.Load(0, 2));
            k.Assign(entry, Value.Field("other", KernelType.To(Element.Int)).Load(0, 2));
            k.Let("x", entry.Lane(0) * 300);
        });
        foreach (bool above in new[] { true, false })
            Check(above ? "" : "(row + -19999990) * 100000000", k =>
            {
                Value row = k.Let("row", Value.Item + 0);
                k.If(row < 19_999_990, () => Far(!above), () => Far(above));

                void Far(bool here)
                {
                    if (here) k.Let("x", (row - 19_999_990) * 100_000_000);
                }
            });
        Check("", k =>
        {
            Value row = k.Let("row", Value.Item / 1000);
            k.Let("x", (Value.Item - row * 1000) * 2_000_000);
        });

        // A number of this text leaves its bits, or none does.
        static void Check(string fault, Action<KernelBuilder> write)
        {
            var kernel = new KernelBuilder();
            write(kernel);
            var ranges = new WholeRanges(static _ => Range.Of(20_000_000), static name => name, []);
            var faults = ranges.Launch(kernel.Build("planted", ""), 20_000_000).Faults.Keys;
            if (fault.Length == 0) Assert.Empty(faults);
            else Assert.Contains($"planted: {fault}", faults);
        }
    }

    private static (CpuCode Code, IEnumerable<GpuVariant> Variants) Schedules(string name)
    {
        var graph = CollapseBorder.Run(Compiler.Understand(Compilations.Declare(Source(name)), default).Graph!);
        var inference = DropDropout.Run(graph);
        (string, NetworkGraph)[] modes =
        [
            (Modes.Segment, AddArgMax.Run(inference, (Output.Scores)inference.Outputs[0])),
            (Modes.Scores, inference),
            (Modes.Training, BuildBackward.Run(graph)),
        ];
        modes = [.. modes.Select(static mode => (mode.Item1, Fuse.Run(DropDead.Run(mode.Item2))))];
        return (CpuCode.Of(ParameterPlan.Of(graph), modes, default),
            GpuMachine.All.Select(machine => GpuVariant.Of(machine, GpuParameterPlan.Of(graph), modes, default)));
    }

    private static string Source(string name) => name switch
    {
        "Rich" => Rich,
        "Heavy" => Heavy,
        _ => "using Fcn; " + string.Concat(new[] { name, "Vgg16", "SmallTrunk" }
            .Select(static file => Repository.Read($"Fcn.Models/{file}.cs").Replace("namespace Fcn.Models;", ""))),
    };
}
