using Fcn.Devices;
using Fcn.Generator;
using Fcn.Generator.Graph;
using Fcn.Generator.Kernels;
using Fcn.Generator.Passes;
using Fcn.Generator.Schedule;
using Fcn.Generator.Schedule.Gpu;
using Fcn.Tests.Generator;
using Fcn.Tests.Ops;
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
        var graph = CollapseBorder.Run(Compiler.Understand(Compilations.Declare(Source(name)), default).Graph!);
        var inference = DropDropout.Run(graph);
        (string, NetworkGraph)[] modes =
            [(Modes.Segment, AddArgMax.Run(inference, (Output.Scores)inference.Outputs[0])), (Modes.Scores, inference), (Modes.Training, BuildBackward.Run(graph))];
        modes = [.. modes.Select(static mode => (mode.Item1, Fuse.Run(DropDead.Run(mode.Item2))))];
        var faults = new Dictionary<string, string>();
        foreach (var machine in Machine.Cpus)
        {
            var code = CpuCode.Of(machine, ParameterPlan.Of(graph), modes, default);
            var functions = code.Tiles.Values.SelectMany(static t => t).ToDictionary(static t => t.Name);
            foreach (var mode in code.Modes) new Limits($"{machine.Name} ", mode, Counting.Most, machine.BlocksPerTile, functions, faults).Check();
        }
        foreach (var machine in GpuMachine.All)
        {
            var variant = GpuVariant.Of(machine, GpuParameterPlan.Of(graph), modes, default);
            foreach (var mode in variant.Modes) new Limits("", mode, int.MaxValue, 0, new Dictionary<string, Kernel>(), faults).Check();
        }
        Assert.True(faults.Count == 0, $"{faults.Count}:\n{string.Join("\n", faults.Take(40).Select(static f => $"{f.Key} {f.Value}"))}");
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

    private static string Source(string name) => name switch
    {
        "Rich" => Rich,
        "Heavy" => Heavy,
        _ => "using Fcn; " + string.Concat(new[] { name, "Vgg16", "SmallTrunk" }
            .Select(static file => Repository.Read($"Fcn.Models/{file}.cs").Replace("namespace Fcn.Models;", ""))),
    };
}

// The largest batches that a schedule lets in, in several directions, and the ranges of its numbers there. Most: threads, or items of one thread,
// that a launch may have.
internal sealed class Limits(
    string machine, ModeSchedule mode, long most, int tileBlocks, IReadOnlyDictionary<string, Kernel> functions, Dictionary<string, string> faults)
{
    public void Check()
    {
        HashSet<RunShape> shapes =
        [
            Largest(static n => new(default, n, 1, 1)),
            Largest(static n => new(default, n, 500, 375)),
            Largest(static n => new(default, n, 1, RunShape.MaxSide)),
            Largest(static n => new(default, n, RunShape.MaxSide, 1)),
            Largest(static h => new(default, 1, h, 375)),
            Largest(static w => new(default, 1, 500, w)),
            Largest(static s => new(default, 1, s, s)),
        ];
        foreach (var shape in shapes.Where(static s => s.Images > 0)) At(shape);
    }

    // The first batch at which a number goes wrong is enough.
    private void Fault(RunShape shape, string number, string values) => faults.TryAdd($"{machine}{number}", $"is {values} at {shape}");

    private void At(RunShape shape)
    {
        try
        {
            Evaluate(shape, Frame(shape)!);
        }
        catch (OverflowException overflow)
        {
            Fault(shape, overflow.Message, "too large");
        }
    }

    private bool LetsIn(RunShape shape)
    {
        try
        {
            shape.Verify();
            return Frame(shape) is not null;
        }
        catch (FcnException)
        {
            return false;
        }
    }

    private RunShape Largest(Func<int, RunShape> of)
    {
        int fits = 0;
        for (int step = 1 << 30; step > 0; step /= 2)
            if (fits + (long)step <= int.MaxValue && LetsIn(of(fits + step))) fits += step;
        return fits == 0 ? default : of(fits);
    }

    // The frame's numbers at this batch; null where it is refused.
    private Dictionary<string, long>? Frame(RunShape shape)
    {
        var frame = new Dictionary<string, long>
        {
            ["N"] = shape.Images, ["H"] = shape.Height, ["W"] = shape.Width, ["TileBlocks"] = tileBlocks, ["Processors"] = 256, ["ParameterBlocks"] = 1 << 22,
        };
        if (Math.Min(shape.Height, shape.Width) < mode.Smallest) return null;
        HostValue.Measure(mode, frame);
        return mode.Counts.All(c => frame[c.Name] <= Counting.Most)
            && mode.Launches.All(l => HostValue.Of(l.Blocks, frame) <= most / Math.Max(1, l.Kernel.Threads)) ? frame : null;
    }

    private void Evaluate(RunShape shape, Dictionary<string, long> frame)
    {
        foreach (var buffer in mode.Buffers) HostValue.Of(buffer.Bytes, frame);
        var stored = new Dictionary<string, Range> { ["f.Step"] = Unknown("Seed") };
        foreach (var launch in mode.Launches.Where(static l => !l.IsOfRuntime))
        {
            var arguments = launch.Parameters.Zip(launch.Arguments).ToDictionary(static a => a.First.Name, static a => a.Second);
            var ranges = new WholeRanges(Argument, Place, stored).Launch(launch.Kernel, HostValue.Of(launch.Blocks, frame));
            Functions(ranges);
            foreach (var (number, values) in ranges.Faults) Fault(shape, number, values);

            Range Argument(string role) =>
                arguments.TryGetValue(role, out var argument) && argument.Type is { Pointer: false, IsWhole: true }
                    ? Range.Of(HostValue.Of(argument, frame)) : Unknown(role);

            string Place(string role) => arguments.TryGetValue(role, out var argument) ? KernelPrinter.Text(argument) : role;
        }
    }

    // What the kernel calls, and what that calls.
    private void Functions(WholeRanges ranges)
    {
        var seen = new HashSet<string>();
        while (ranges.Calls.Keys.Except(seen).ToList() is { Count: > 0 } next)
        {
            foreach (string name in next)
            {
                seen.Add(name);
                ranges.Function(functions[name], ranges.Calls[name]);
            }
        }
    }

    // Seeds are hashed, and may wrap before they are.
    private static Range Unknown(string field) => field == "Seed" ? Range.Of(0) : Range.Int;
}
