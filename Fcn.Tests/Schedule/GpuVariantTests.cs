using Fcn.Generator.Emit;
using Fcn.Generator.Graph;
using Fcn.Generator.Kernels;
using Fcn.Generator.Ops;
using Fcn.Generator.Passes;
using Fcn.Generator.Schedule;
using Fcn.Generator.Schedule.Gpu;
using Fcn.Tests.Generator;
using Fcn.Tests.Ops;
using Xunit;

namespace Fcn.Tests.Schedule;

// A whole network scheduled for every GPU machine: what each map is made of, what is packed, how long buffers live.
public sealed class GpuVariantTests
{
    private static readonly NetworkGraph Aligned = GoldenNetwork.Tiny.Graph;

    // The text of a network is most of a build: who types on does not wait for it.
    [Fact]
    public void Rendering_ends_when_it_is_cancelled()
    {
        GpuVariant[] variants = [Variant(GpuMachine.Plain)];
        var cancelled = new CancellationToken(true);
        Assert.Throws<OperationCanceledException>(() => new PtxKernels(variants, cancelled));
        var kernels = new PtxKernels(variants, default);
        Assert.Throws<OperationCanceledException>(() => new EmitIlgpu(Compilations.Declare(Sources.Tiny), variants, kernels, cancelled));
    }

    [Fact]
    public void Every_machine_has_kernels_that_keep_to_their_rules()
    {
        foreach (var machine in GpuMachine.All)
        {
            var variant = Variant(machine); // throws where a kernel is illegal
            var modes = variant.Modes.ToDictionary(m => m.Name);
            Assert.Equal("Segment Scores Training Prepare PrepareTraining Update", string.Join(' ', variant.Modes.Select(m => m.Name)));
            Assert.All(variant.Modes, m => Assert.NotEmpty(m.Launches));
            Assert.True(modes[Modes.Training].Launches.Count > modes[Modes.Scores].Launches.Count);
            foreach (var launch in variant.Modes.SelectMany(m => m.Launches))
            {
                var fields = KernelFields.Of(launch.Kernel).Select(f => f.Name).ToList();
                Assert.Equal(fields, launch.Parameters.Select(p => p.Name));
                Assert.Equal(launch.Parameters.Select(p => p.Type), launch.Arguments.Select(a => a.Type));
                Assert.DoesNotContain(fields, f => f is "Accumulate" or "Seed" or "LossScale" or "Rate" or "Decay" or "GradientScale");
            }
        }
    }

    [Fact]
    public void What_contractions_read_has_the_machines_element_and_what_leads_to_the_loss_alone_is_float()
    {
        var maps = Maps(Variant(GpuMachine.Bf16));
        foreach (string name in new[] { "data", "conv1_1", "pool3", "pool3_index", "conv5_3", "fc7", "score_pool4_input_gradient", "conv1_2_gradient" })
            Assert.Equal((name, Element.BFloat16), (name, maps.GetValueOrDefault(name)));
        foreach (string name in new[] { "score_fr", "score_pool3", "fuse_pool3", "loss", "upscore_pool4_input_gradient" })
            Assert.Equal((name, Element.Float), (name, maps.GetValueOrDefault(name)));
        Assert.All(Maps(Variant(GpuMachine.Fp32)).Values, static element => Assert.Equal(Element.Float, element));
    }

    // A tail of another kind would be parted from the convolution (PartTails).
    [Fact]
    public void Running_statistics_cost_no_pass_over_a_map()
    {
        var aligned = GoldenNetwork.Normed.Graph;
        (string, NetworkGraph)[] scores = [(Modes.Scores, Fuse.Run(DropDead.Run(UseRunningStatistics.Run(aligned))))];
        var modes = GpuMachine.All.Select(machine => GpuVariant.Of(machine, GpuParameterPlan.Of(aligned), scores, default).Modes)
            .Append(CpuCode.Of(ParameterPlan.Of(aligned), scores, default).Modes);
        foreach (var mode in modes.Select(static m => m.Single(static mode => mode.Name == Modes.Scores)))
        {
            var normalising = mode.Launches.Select(static l => l.Name).Where(static n => n.Contains("normalize", StringComparison.Ordinal)).ToList();
            Assert.Equal(3, normalising.Count);
            Assert.All(normalising, static n => Assert.StartsWith("conv_normalize", n));
        }
    }

    // What launches' pointers take the maps for, all of them the same.
    private static Dictionary<string, Element> Maps(GpuVariant variant)
    {
        var training = variant.Modes.Single(m => m.Name == Modes.Training);
        var sized = training.Sizes.Select(s => s.Height).ToHashSet();
        return training.Launches.SelectMany(l => l.Arguments).Where(a => a.Type.Pointer).Select(HostValue.Root)
            .Where(r => sized.Contains($"{r.Name}_H")).Select(r => (r.Name, r.Type.Element)).Distinct().ToDictionary();
    }

    private static GpuVariant Variant(GpuMachine machine)
    {
        var inference = DropDropout.Run(Aligned);
        NetworkGraph Fused(NetworkGraph graph) => Fuse.Run(DropDead.Run(graph));
        return GpuVariant.Of(
            machine, GpuParameterPlan.Of(Aligned),
            [
                (Modes.Segment, Fused(AddArgMax.Run(inference, (Output.Scores)inference.Outputs[0]))),
                (Modes.Scores, Fused(inference)),
                (Modes.Training, Fused(BuildBackward.Run(Aligned))),
            ],
            default);
    }
}
