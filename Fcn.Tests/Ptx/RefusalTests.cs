using Xunit;

namespace Fcn.Tests.Ptx;

// Texts that are no PTX: each is refused, with the line it is on.
public sealed class RefusalTests
{
    [Theory]
    // Registers and labels
    [InlineData("add.u32 %r0, %r1, %x;", "undeclared register '%x'")]
    [InlineData(".reg .b32 %r1;", "register '%r1' is declared twice")]
    [InlineData(".reg .f32 %v<4>, %v2;", "register '%v2' is declared twice")]
    [InlineData(".reg .b32 %tid;", "special register's name")]
    [InlineData(".reg .b128 %v;", "no register has the type '.b128'")]
    [InlineData(".reg .b32 r;", "'r' is no name of a register")]
    [InlineData("bra NOWHERE;", "undefined label 'NOWHERE'")]
    [InlineData("L: mov.u32 %r0, 0;\nL: mov.u32 %r1, 0;", "label 'L' is there twice")]
    [InlineData("@%r1 mov.u32 %r0, 0;", "'%r1' is .b32, a guard is .pred")]
    [InlineData("@%q mov.u32 %r0, 0;", "undeclared predicate '%q'")]
    // Instructions and modifiers
    [InlineData("fmad.f32 %f0, %f1, %f2;", "unknown instruction 'fmad.f32'")]
    [InlineData("add.b32 %r0, %r1, %r2;", "modifier '.b32' of 'add.b32'")]
    [InlineData("add.wide.u32 %r0, %r1, %r2;", "modifier '.wide'")]
    [InlineData("add.u32.ftz %r0, %r1, %r2;", "modifier '.ftz' of 'add.u32.ftz': unknown or misplaced")]
    [InlineData("mul.u32 %r0, %r1, %r2;", "modifier '.u32'")]
    [InlineData("fma.f32 %f0, %f1, %f2, %f3;", "expected one of .rn")]
    [InlineData("ex2.f32 %f0, %f1;", "expected one of .approx")]
    [InlineData("not.u32 %r0, %r1;", "modifier '.u32'")]
    [InlineData("ld.u32 %r0, [%d0];", "expected one of .param .global .shared")]
    [InlineData("ld.global.v3.u32 {%r0, %r1, %r2}, [%d0];", "modifier '.v3'")]
    [InlineData("ld.global.v4.b64 {%d0, %d1, %d2, %d3}, [%d4];", "more than 16 bytes")]
    [InlineData("cp.async.cg.shared.global [%r0], [%d0], 8;", "copies 16 bytes, not 8")]
    [InlineData("cp.async.wait_group %r0;", "'%r0' must be a number")]
    [InlineData("mma.sync.aligned.m16n8k16.col.col.f32.bf16.bf16.f32 {%f0,%f1,%f2,%f3}, {%r0,%r1,%r2,%r3}, {%r4,%r5}, {%f0,%f1,%f2,%f3};",
        "expected .row")]
    [InlineData("mma.sync.aligned.m16n8k16.row.col.f32.bf16.f16.f32 {%f0,%f1,%f2,%f3}, {%r0,%r1,%r2,%r3}, {%r4,%r5}, {%f0,%f1,%f2,%f3};",
        "expected .bf16")]
    [InlineData("setp.lt.b32 %p0, %r0, %r1;", "'.lt' does not go with .b32")]
    [InlineData("setp.lo.s32 %p0, %r0, %r1;", "'.lo' does not go with .s32")]
    [InlineData("bar.sync 1;", "only barrier 0")]
    [InlineData("cvt.u32.f32 %r0, %f0;", "cvt.u32.f32 needs a rounding")]
    [InlineData("cvt.rn.u32.f32 %r0, %f0;", ".rn does not go with .u32.f32")]
    [InlineData("cvt.rz.bf16.f32 %h0, %f0;", "cvt to bf16 rounds by .rn")]
    // Operands
    [InlineData("add.u32 %r0, %r1;", "'add.u32' takes 3 operands, not 2")]
    [InlineData("mov.u32 %r0, %r1, %r2;", "'mov.u32' takes 2 operands, not 3")]
    [InlineData("bar.sync;", "takes 1 operands, not 0")]
    [InlineData("ret 1;", "takes 0 operands, not 1")]
    [InlineData("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%r0, %r1}, [%r2];", "a vector of 2 stands where one of 4 goes")]
    [InlineData("mov.u32 5, %r1;", "'5' cannot be written")]
    [InlineData("mov.u32 %tid.x, %r1;", "'%tid.x' cannot be written")]
    [InlineData("add.u32 %r0, %tid.x, 1;", "special register '%tid.x' may only be read by mov or cvt")]
    [InlineData("mov.u64 %d0, %tid.x;", "special register '%tid.x' is .u32")]
    [InlineData("ld.global.u32 %r0, %d0;", "write [%d0]")]
    [InlineData("add.u32 %r0, [%d0], 1;", "'[%d0]' stands where a value goes")]
    [InlineData("ld.global.u32 %r0, [%d0-4];", "missing ']'")]
    [InlineData("ld.param.u64 %d0, [other];", "'other' is no parameter of this entry")]
    [InlineData("ld.param.u32 %r0, [out];", "parameter 'out' is .u64, the instruction .u32")]
    [InlineData("mov.u32 %r0, table;", "undeclared name 'table'")]
    [InlineData("ld.global.v2.u32 {%r0, %r0}, [%d0];", "a register is loaded twice")]
    // Types
    [InlineData("add.f32 %f0, %f1, %r1;", null)]
    [InlineData("add.u32 %f0, %r1, %r2;", "register '%f0' is .f32, the instruction's type is .u32")]
    [InlineData("add.u64 %d0, %d1, %r1;", "register '%r1' is .b32, the instruction's type is .u64")]
    [InlineData("add.u32 %r0, %d1, %r1;", "register '%d1' is .b64, the instruction's type is .u32")]
    [InlineData("mov.u32 %r0, %f0;", "register '%f0' is .f32")]
    [InlineData("mov.f32 %r0, %h0;", "register '%h0' is .b16")]
    [InlineData("mov.u32 %r0, %p0;", "register '%p0' is .pred")]
    [InlineData("selp.u32 %r0, 1, 0, %r1;", "'%r1' is .b32, here goes .pred")]
    [InlineData("selp.u32 %r0, 1, 0, !%p1;", "no negated predicate may stand here")]
    [InlineData("setp.eq.u32 %r0, %r1, %r2;", "'%r0' is .b32, here goes .pred")]
    [InlineData("shl.b32 %r0, %r1, %d1;", "register '%d1' is .b64")]
    [InlineData("ld.global.u32 %f0, [%d0];", "register '%f0' is .f32")]
    [InlineData("ld.global.u32 %h0, [%d0];", "register '%h0' is .b16")]
    [InlineData("ld.global.u32 %r0, [%r1];", "register '%r1' is .b32 and holds no address here")]
    [InlineData("cvt.rna.tf32.f32 %f0, %f1;", "register '%f0' is .f32")]
    [InlineData("cvt.rn.bf16.f32 %r0, %f1;", "register '%r0' is .b32")]
    [InlineData("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%f0,%f1,%f2,%f3}, {%f4,%f5,%f6,%f7}, {%r4,%r5}, {%f0,%f1,%f2,%f3};",
        "register '%f4' is .f32")]
    [InlineData("add.f32 %f0, %f1, 1;", "'1' is no literal of .f32")]
    [InlineData("mov.u32 %r0, 0f3F800000;", "'0f3F800000' is no literal of .u32")]
    [InlineData("mov.u32 %r0, 4294967296;", "'4294967296' does not fit .u32")]
    [InlineData("mov.u32 %r0, 0x1G;", "'0x1G' is no literal of .u32")]
    // Form
    [InlineData("mov.u32 %r0, 1\n    mov.u32 %r1, 2;", "missing ';' before 'mov.u32'")]
    [InlineData("mov.u32 %r0 1;", "missing ';' before '1'")]
    [InlineData("mov.u32 %r0, ;", "expected an operand, not ';'")]
    [InlineData("mov.u32 %r0, #1;", "unexpected character '#'")]
    [InlineData(".pragma \"unroll\";", "unknown pragma 'unroll'")]
    [InlineData(".local .b8 x[4];", "'.local' is no instruction")]
    [InlineData("/* no end", "unterminated comment")]
    public void IsRefused(string body, string? problem)
    {
        string text = Lane.Text("    " + body);
        if (problem == null)
        {
            Assert.NotNull(Lane.Parse(text)); // .b32 goes with every type
            return;
        }
        var refusal = Assert.Throws<PtxSyntaxException>(() => Lane.Parse(text));
        Assert.Contains(problem, refusal.Message);
        int line = 1 + text[..text.IndexOf(body, StringComparison.Ordinal)].Count(c => c == '\n');
        Assert.Equal(body.StartsWith("L: ", StringComparison.Ordinal) ? line + 1 : line, refusal.Line);
        Assert.StartsWith($"line {refusal.Line}: ", refusal.Message);
        Assert.Contains(text.Split('\n')[refusal.Line - 1].Trim(), refusal.Message);
    }

    // What each level may not use yet; with the level above it is accepted.
    [Theory]
    [InlineData("6.4 75", "6.5 75",
        "mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%f0,%f1,%f2,%f3}, {%r0,%r1}, {%r2}, {%f0,%f1,%f2,%f3};")]
    [InlineData("7.5 75", "7.0 80",
        "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%f0,%f1,%f2,%f3}, {%r0,%r1,%r2,%r3}, {%r4,%r5}, {%f0,%f1,%f2,%f3};")]
    [InlineData("7.5 75", "7.0 80",
        "mma.sync.aligned.m16n8k8.row.col.f32.bf16.bf16.f32 {%f0,%f1,%f2,%f3}, {%r0,%r1}, {%r2}, {%f0,%f1,%f2,%f3};")]
    [InlineData("7.5 75", "7.0 80",
        "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%f0,%f1,%f2,%f3}, {%r0,%r1,%r2,%r3}, {%r4,%r5}, {%f0,%f1,%f2,%f3};")]
    [InlineData("6.4 75", "6.5 75", "ldmatrix.sync.aligned.m8n8.x1.shared.b16 {%r0}, [%r1];")]
    [InlineData("7.5 75", "7.0 80", "cp.async.ca.shared.global [%r0], [%d0], 4;")]
    [InlineData("7.4 80", "7.5 80", "cp.async.cg.shared.global [%r0], [%d0], 16, %p0;")]
    [InlineData("7.3 80", "7.4 80", "cp.async.cg.shared.global.L2::128B [%r0], [%d0], 16;")]
    [InlineData("7.3 75", "7.4 75", "ld.global.L1::no_allocate.u32 %r0, [%d0];")]
    [InlineData("7.5 75", "7.0 80", "cvt.rn.bf16x2.f32 %r0, %f0, %f1;")]
    [InlineData("7.5 75", "7.0 80", "cvt.rn.relu.f16x2.f32 %r0, %f0, %f1;")]
    [InlineData("7.5 75", "7.0 80", "cvt.rna.tf32.f32 %r0, %f0;")]
    [InlineData("7.0 80", "7.1 80", "cvt.f32.bf16 %f0, %h0;")]
    [InlineData("7.5 75", "7.0 80", "max.NaN.f32 %f0, %f1, %f2;")]
    [InlineData("7.7 90", "7.8 90", "mov.u32 %r0, 0;")]
    [InlineData("6.5 80", "7.0 80", "mov.u32 %r0, 0;")]
    public void LevelsAreKept(string below, string enough, string body)
    {
        Assert.Matches("requires .(target|version)", Assert.Throws<PtxSyntaxException>(() =>
            Lane.Parse(Lane.Text(body, level: below))).Message);
        Assert.Equal("k", Lane.Parse(Lane.Text(body, level: enough)).Name);
    }

    [Theory]
    [InlineData(".version 7.5", "", "missing '.version'")]
    [InlineData(".version 7.5", ".version seven", "expected a version such as 7.5")]
    [InlineData("sm_80", "sm_81", "unknown target 'sm_81'")]
    [InlineData(".address_size 64", ".address_size 32", "only .address_size 64")]
    [InlineData(".param .u64 out", ".param .u64 out, .param .u32 out", "parameter 'out' is there twice")]
    [InlineData(".param .u64 out", ".param .pred out", "'.pred' is no type of a parameter")]
    [InlineData(".maxntid 1024, 1, 1", ".maxntid 64, 32, 1", "a block has 1 to 1024 threads, not 2048")]
    [InlineData(".maxntid 1024, 1, 1", ".minnctapersm 1", ".minnctapersm needs .maxntid")]
    [InlineData(".maxntid 1024, 1, 1", ".maxctas 3", "not '.maxctas'")]
    [InlineData("ret;", "", "runs over its end")]
    [InlineData("ret;", "@%p0 ret;", "runs over its end")]
    [InlineData("ret;\n}", "ret;", "'}' of entry 'k' is missing")]
    [InlineData(".visible .entry", ".visible .func", "missing '.entry'")]
    [InlineData(".align 1024", ".align 3", "a power of two")]
    [InlineData("smem[];", "smem[4];", "missing ']'")]
    public void FramesAreRefused(string from, string to, string problem)
    {
        string text = Lane.Text("mov.u32 %r0, 0;");
        Assert.Contains(from, text);
        Assert.Contains(problem, Assert.Throws<PtxSyntaxException>(() => Lane.Parse(text.Replace(from, to))).Message);
    }

    [Fact]
    public void EntriesOfAModuleAreApart()
    {
        string one = Lane.Text("LOOP: mov.u32 %r0, 0;");
        PtxModule module = PtxModule.Parse(one + one[one.IndexOf(".visible", StringComparison.Ordinal)..].Replace("entry k",
            "entry other"));
        Assert.Equal(["k", "other"], module.Entries.Select(e => e.Name));
        Assert.Equal(new Version(7, 5), module.Version);
        Assert.Equal(80, module.Target);
        Assert.Same(module.Entries[1], module["other"]);
        Assert.Throws<KeyNotFoundException>(() => module["third"]);
        Assert.Contains("entry 'k' is there twice", Assert.Throws<PtxSyntaxException>(
            () => PtxModule.Parse(one + one[one.IndexOf(".visible", StringComparison.Ordinal)..])).Message);
    }
}
