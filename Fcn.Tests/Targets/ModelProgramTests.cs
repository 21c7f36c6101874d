using System.Collections.Concurrent;
using System.Text;
using System.Text.RegularExpressions;
using Fcn.Devices;
using Fcn.Devices.Cuda;
using Fcn.Devices.Schedules;
using Fcn.Generator.Schedule;
using Fcn.Tests.Ptx;
using Xunit;
using Xunit.Abstractions;

namespace Fcn.Tests.Targets;

// What every network of Fcn.Models carries for GPUs: text that parses and assembles, schedules that launch what they list with as many arguments as a
// kernel has parameters, within a plan.
public sealed partial class ModelProgramTests(ITestOutputHelper output)
{
    [Fact]
    public void Every_network_has_kernels_for_every_precision()
    {
        Assert.True(ModelPrograms.All.Count >= 6);
        foreach (var (network, program) in ModelPrograms.All)
        {
            Assert.Equal((network, "75 80 90"), (network, string.Join(' ', program.Targets.Select(t => t.Capability))));
            Assert.Null(program.Variant(CudaPrecision.Bf16, 75));
            Assert.Equal(75, program.Variant(CudaPrecision.Fp32, 75)!.Capability);
            foreach (var precision in Enum.GetValues<CudaPrecision>()) Assert.Equal(80, program.Variant(precision, 90)!.Capability);
        }
    }

    [Fact]
    public void Kernels_are_ASCII_and_named_once_and_unlike_their_parameters()
    {
        foreach (var variant in ModelPrograms.Kernels.GroupBy(k => k.Variant))
        {
            var names = variant.Select(k => k.Kernel.Name).ToList();
            Assert.Equal(names.Distinct().Count(), names.Count);
            Assert.Empty(names.Intersect(variant.SelectMany(k => Parameters(k.Text))));
            Assert.All(variant, k =>
            {
                Assert.Contains($".visible .entry {k.Kernel.Name}(", k.Text, StringComparison.Ordinal);
                Assert.Contains($".maxntid {k.Kernel.Threads}, 1, 1\n", k.Text, StringComparison.Ordinal);
                Assert.True(k.Text.All(char.IsAscii) && k.Text.EndsWith("}\n", StringComparison.Ordinal), k.Kernel.Name);
            });
        }
    }

    [Theory]
    [InlineData("Fcn8s")]
    [InlineData("FcnSmall")]
    public unsafe void Schedules_launch_what_they_list(string network)
    {
        foreach (var variant in ModelPrograms.All.Single(p => p.Network == network).Program.Variants)
        {
            var table = variant.Table(network);
            Assert.Equal(["Segment", "Scores", "Training", "Prepare", "PrepareTraining", "Update"], table.Modes);
            Assert.Equal(
                variant.Kernels.Select(k => (k.Name, Parameters(Encoding.UTF8.GetString(k.Text())).Count())),
                table.Kernels.Select(k => (k.Name, k.Parameters.Count)));
            var launched = table.Modes.SelectMany(m => table.Find(m)!.Launches).Select(l => l.Kernel);
            Assert.Equal(Enumerable.Range(0, variant.Kernels.Count), launched.Distinct().Order());
            foreach (string mode in table.Modes)
            {
                var (schedule, arena) = (table.Find(mode)!, new ArenaPlan());
                using var frame = new ScheduleFrame(schedule, arena);
                (string, int)[] given = [("N", 2), ("H", 61), ("W", 45), ("Processors", 132), ("ParameterBlocks", 7)];
                foreach (var (name, value) in given) frame.Set(name, value);
                string[] engine = [.. GeneratedName.GpuFields, "@data", "@labels.score_fr", "@scores.score_fr", "@loss.score_fr"];
                var prepared = table.Find("Prepare")!.Buffers.Concat(table.Find("PrepareTraining")!.Buffers).Select(b => b.Name);
                foreach (string name in engine.Concat(prepared)) frame.Set(name, frame[name]);
                frame.Measure(network, 61, 45);
                frame.Place(buffer => 0x100000 + arena.Offset(buffer));
                for (int i = 0; i < schedule.Launches.Count; i++)
                {
                    Assert.InRange(frame.Items(i), 0, int.MaxValue / variant.Kernels[schedule.Launches[i].Kernel].Threads);
                    Assert.NotEqual(0, (long)frame.Arguments(i));
                }
                Assert.True(arena.Buffers.All(b => b.First >= 0 && b.Last < schedule.Launches.Count && b.First <= b.Last && b.Bytes >= 0));
                if (mode is "Segment" or "Training") Assert.True(schedule.Launches.Count > 20 && arena.Bytes > 100_000);
            }
        }
    }

    [Fact]
    public void Every_kernel_parses_as_PTX()
    {
        foreach (var kernel in ModelPrograms.Kernels.Where(k => k.Network == "FcnSmall").DistinctBy(k => k.Code))
            Assert.Equal(kernel.Kernel.Name, Assert.Single(PtxModule.Parse(ModelPrograms.Header(Math.Max(kernel.Variant.Capability, 75)) + kernel.Text).Entries).Name);
    }

    // Every network, every precision. One thread's registers hold a contraction's tile: what spills is lost.
    [Theory]
    [InlineData(75)]
    [InlineData(80)]
    [InlineData(90)]
    public void Kernels_assemble_without_spills(int capability)
    {
        if (!Ptxas.IsHere(output)) return;
        var kernels = ModelPrograms.Kernels.Where(k => k.Variant.Capability == (capability == 75 ? 75 : 80)).DistinctBy(k => k.Code).ToList();
        var assembled = new ConcurrentBag<AssembledKernel>();
        string header = ModelPrograms.Header(capability);
        Parallel.ForEach(kernels.Select((k, i) => $".visible .entry k{i}{k.Code}").Chunk(8), module =>
        {
            foreach (var kernel in Ptxas.Assemble(header + string.Concat(module), capability)) assembled.Add(kernel);
        });
        Assert.Equal(kernels.Count, assembled.Count);
        ModelKernel Kernel(AssembledKernel k) => kernels[int.Parse(k.Name.AsSpan(1), System.Globalization.CultureInfo.InvariantCulture)];
        Assert.All(assembled.Where(k => Kernel(k).Contracts), k => Assert.InRange(k.Registers, 32, 255));
        var spilled = assembled.Where(k => k.StackBytes + k.SpillBytes > 0)
            .Select(k => $"{Kernel(k).Network} {Kernel(k).Kernel.Name}: {k.SpillBytes} bytes spilled, {k.StackBytes} of stack").Order().ToList();
        Assert.True(spilled.Count == 0, string.Join('\n', spilled));
        output.WriteLine($"{kernels.Count} kernels for sm_{capability}, {kernels.Count(k => k.Contracts)} of them on matrix units");
    }

    private static IEnumerable<string> Parameters(string text) => Parameter().Matches(text).Select(m => m.Groups[1].Value);

    [GeneratedRegex(@"\.param \.\w+ (\w+)")]
    private static partial Regex Parameter();
}
