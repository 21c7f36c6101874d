using Fcn.Generator.Kernels;
using Fcn.Generator.Targets.Ptx;
using Fcn.Testing;
using Xunit;
using Xunit.Abstractions;
using static Fcn.Generator.Kernels.Value;

namespace Fcn.Tests.Targets;

// Kernels in, PTX out: a few texts to the letter, and every text assembled where there is an assembler.
public sealed class PtxRendererTests(ITestOutputHelper output)
{
    private static readonly Value X = Field("x", KernelType.To(Element.Float)), Y = Field("y", KernelType.To(Element.Float));
    private static readonly Value N = Field("N", KernelType.Int);

    private static Value Thread => Value.Thread;

    [Fact]
    public void A_loop_over_rows_and_its_tail()
    {
        var kernel = Kernel("scale", k =>
        {
            var at = k.Let("at", Item * 256 + Thread);
            var sum = k.Let("sum", Float(0));
            k.Comment("rows");
            k.For("h", 0, N, h => k.Assign(sum, sum + X.Load(at.To(Element.Index) * 64 + h + 5)));
            k.If(at < N, () => k.Store(Y, at + 1, Max(Float(0), sum)));
        });
        Assert.Equal(
            """
            // test
            .visible .entry scale(
            	.param .u32 N,
            	.param .u64 x,
            	.param .u64 y)
            .maxntid 64, 1, 1
            .minnctapersm 1
            {
            	.reg .pred %p<2>;
            	.reg .b32 %N, %at, %block, %thread, %h;
            	.reg .b64 %x, %y, %d<2>;
            	.reg .f32 %sum, %f<1>;
            	ld.param.u32 %N, [N];
            	ld.param.u64 %x, [x];
            	cvta.to.global.u64 %x, %x;
            	ld.param.u64 %y, [y];
            	cvta.to.global.u64 %y, %y;
            	mov.u32 %block, %ctaid.x;
            	mov.u32 %thread, %tid.x;
            	mad.lo.s32 %at, %block, 256, %thread;
            	mov.f32 %sum, 0.0;
            	// rows
            	mov.b32 %h, 0;
            	setp.ge.s32 %p0, %h, %N;
            	@%p0 bra $h_end;
            $h:
            	.pragma "nounroll";
            	mad.wide.s32 %d1, %at, 256, %x;
            	mad.wide.s32 %d0, %h, 4, %d1;
            	ld.global.f32 %f0, [%d0+20];
            	add.rn.f32 %sum, %sum, %f0;
            	add.s32 %h, %h, 1;
            	setp.lt.s32 %p0, %h, %N;
            	@%p0 bra $h;
            $h_end:
            	setp.lt.s32 %p0, %at, %N;
            	setp.gt.f32 %p1, 0.0, %sum;
            	selp.f32 %f0, 0.0, %sum, %p1;
            	mad.wide.s32 %d0, %at, 4, %y;
            	@%p0 st.global.f32 [%d0+4], %f0;
            	ret;
            }

            """.ReplaceLineEndings("\n"),
            kernel.Text);
        Assert.Equal(["N", "x", "y"], kernel.Fields.Select(f => f.Name));
    }

    // One turn in the text; ptxas makes straight code of all four, in which every address is a number.
    [Fact]
    public void What_is_unrolled_is_a_loop_of_text_alone()
    {
        var kernel = Kernel("unrolled", k =>
        {
            var sum = k.Let("sum", Float(0));
            k.Unrolled("part", 4, part =>
            {
                k.Assign(sum, sum + X.Load(Thread * 4 + part));
                k.If(part.Equals(2), () => k.Store(Y, part, sum));
            });
            k.Store(Y, Thread, sum);
        });
        Assert.DoesNotContain("nounroll", kernel.Text);
        Assert.Single(kernel.Text.Split('\n'), static line => line.Contains("ld.global"));
        Assembles(kernel);
    }

    [Fact]
    public void A_tile_on_matrix_units()
    {
        var kernel = MatrixKernel();
        Assert.Equal(128 + 512, kernel.SharedBytes);
        Snapshot.Verify(kernel.Text, "ptx");
    }

    [Fact]
    public void Names_that_are_taken_get_a_number()
    {
        var kernel = Kernel("taken", k =>
        {
            var x = k.Let("x", X.Load(Thread));
            var pm = k.Let("pm", X.Load(Thread * 4, 4));
            var tid = k.Let("tid", x + pm.ReduceAdd());
            k.Store(Y, k.Let("r0", Thread), tid);
        });
        Assert.Contains(".reg .f32 %x_2, %pm_2_<4>, %tid_2, ", kernel.Text);
        Assert.Contains(".reg .b32 %thread, %r0_2;", kernel.Text);
        Assembles(kernel);
    }

    [Fact]
    public void A_lane_is_read_before_it_is_overwritten()
    {
        var kernel = Kernel("reverse", k =>
        {
            var pair = k.Let("pair", X.Load(Thread * 2, 2));
            k.Assign(pair, Compose([pair.Lane(1), pair.Lane(0)]));
            k.Store(Y, Thread * 2, pair);
        });
        Assert.Contains("mov.f32 %f0, %pair1;\n\tmov.f32 %f1, %pair0;\n\tmov.f32 %pair0, %f0;\n\tmov.f32 %pair1, %f1;\n", kernel.Text);
    }

    [Fact]
    public void Equal_kernels_have_equal_code()
    {
        PtxKernel Square(string name) => Kernel(name, k => k.Store(Y, Thread, X.Load(Thread) * X.Load(Thread)));
        Assert.Equal(Square("a").Code, Square("b").Code);
        Assert.Equal(Square("b").Text, Square("a").Named("b").Text);
    }

    [Fact]
    public void Every_operation_assembles()
    {
        if (!Ptxas.IsHere(output)) return;
        var kernels = PtxOps.All.Select(o => o.Kernel()).ToList();
        Assert.Empty(KernelSpec.Faults(kernels, KernelFamily.Gpu));
        var rendered = kernels.Select(PtxRenderer.Render).ToList();
        Assembles([.. rendered]);
        var plain = rendered.Where(k => !k.Text.Contains("bf16") && !k.Text.Contains("tf32")).ToArray();
        Assert.Equal(plain.Length, Ptxas.Assemble(Module(75, plain), 75).Count);
    }

    [Fact]
    public void Vectors_and_statements_assemble() => Assembles([.. PtxStatements.All.Select(PtxRenderer.Render)]);

    private void Assembles(params PtxKernel[] kernels)
    {
        if (!Ptxas.IsHere(output)) return;
        foreach (int capability in new[] { 80, 90 })
        {
            var assembled = Ptxas.Assemble(Module(capability, kernels), capability);
            Assert.Equal(kernels.Select(k => k.Name).Order(), assembled.Select(k => k.Name).Order());
            Assert.All(assembled, k => Assert.Equal((k.Name, 0, 0), (k.Name, k.StackBytes, k.SpillBytes)));
        }
    }

    private static string Module(int capability, IEnumerable<PtxKernel> kernels) =>
        PtxTarget.All.First(t => t.Capability == capability).Header + string.Concat(kernels.Select(k => k.Text));

    private static PtxKernel MatrixKernel() => PtxRenderer.Render(PtxStatements.All.First(k => k.Name == "matrix_bf16"));

    private static PtxKernel Kernel(string name, Action<KernelBuilder> write)
    {
        var k = new KernelBuilder();
        write(k);
        var kernel = k.Build(name, "test") with { Threads = 64 };
        Assert.Empty(KernelSpec.Faults([kernel], KernelFamily.Gpu));
        return PtxRenderer.Render(kernel);
    }
}
