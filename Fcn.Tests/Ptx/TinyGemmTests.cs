using Xunit;

namespace Fcn.Tests.Ptx;

// A whole kernel as the compiler writes them: copies in flight, swizzled shared memory, matrix units. And the same with planted faults.
public sealed class TinyGemmTests
{
    [Theory]
    [InlineData(32, 32, 1)]
    [InlineData(32, 64, 2)]
    [InlineData(96, 160, 3)]
    [InlineData(64, 512, 4)]
    public void GivesTheProduct(int m, int k, int seed)
    {
        var (error, report) = TinyGemm.Run(TinyGemm.Text, m, k, seed);
        Assert.Equal(0, error);
        Assert.Equal(m / 32 * 2 * (k / 32) * 4, report.Count("mma"));
        Assert.Equal(1, report.WorstBankConflict);
        Assert.Equal(["cp.async", "ldmatrix"], report.BankConflicts.Keys.Order());
    }

    [Theory]
    [InlineData("the barrier of the loop is missing", "bar.sync 0;", "", "race")]
    [InlineData("one group too many may be pending", "wait_group 1;", "wait_group 2;", "in flight")]
    [InlineData("no wait at all", "cp.async.wait_group 1;", "", "in flight")]
    [InlineData("the writing stage does not wrap", "selp.u32 %next, 0, %next, %pw;", "", "of 9216 bytes of shared memory")]
    [InlineData("the reading stage does not wrap", "selp.u32 %rs, 0, %rs, %pw;", "", "of 9216 bytes of shared memory")]
    [InlineData("the copies come one stage too soon", "mov.u32 %next, 6144;", "mov.u32 %next, 0;", "in flight")]
    [InlineData("B is one step off", "[%gb+128]", "[%gb+192]", "bytes behind the end of buffer 'b'")]
    [InlineData("A is one element off", "[%ga]", "[%ga+2]", "misaligned")]
    [InlineData("A comes from one row before", "add.u64 %gb, %gb, %o;", "add.u64 %gb, %gb, %o; sub.u64 %ga, %ga, %step;",
        "bytes before buffer 'a'")]
    [InlineData("the last stages are fetched too", "setp.gt.u32 %pl, %kt, 2;", "setp.gt.u32 %pl, %kt, 0;",
        "out-of-bounds read of 16 bytes")]
    [InlineData("all blocks write the same rows", "mad.lo.u32 %row, %bm, 32, %row;", "", "race between blocks")]
    [InlineData("both warps write the same rows", "mad.lo.u32 %row, %warp, 16, %row;\n    mad.lo.u32 %row, %bm", "mad.lo.u32 %row, %bm",
        "race: write")]
    [InlineData("an accumulator has no start", "mov.f32 %f5, 0f00000000;", "", "%f5 is read before it is written")]
    [InlineData("a fragment is not loaded", "{%b0, %b1, %b2, %b3}, [%ab];", "{%b0, %b1, %b2, %c}, [%ab];",
        "%b3 is read before it is written")]
    [InlineData("odd lanes skip the loop", "cp.async.wait_group 0;", "setp.lt.u32 %pk, %lane, 16; @%pk bra LOOP; cp.async.wait_group 0;",
        "divergent")]
    public void PlantedFaultsAreFound(string what, string from, string to, string problem)
    {
        Assert.True(TinyGemm.Text.Contains(from), what);
        var fault = Assert.Throws<PtxFault>(() => TinyGemm.Run(TinyGemm.Text.Replace(from, to)));
        Assert.StartsWith("kernel 'gemm', line ", fault.Message);
        Assert.Contains(problem, fault.Message);
    }

    [Theory]
    [InlineData("registers of A exchanged", "{%a0, %a1, %a2, %a3}, {%b0", "{%a0, %a2, %a1, %a3}, {%b0")]
    [InlineData("tiles of B exchanged", "{%b2, %b3}, {%f4", "{%b0, %b3}, {%f4")]
    [InlineData("columns of the result exchanged", "{%f0, %f1};", "{%f1, %f0};")]
    [InlineData("swizzled on one side only", "xor.b32 %c, %chunk, %s;\n    shl.b32 %c, %c, 4;\n    mad.lo.u32 %lb",
        "shl.b32 %c, %chunk, 4;\n    mad.lo.u32 %lb")]
    [InlineData("the second half of a step is the first", "xor.b32 %ab, %ab, 32;", "")]
    public void PermutedLaneMapsGiveWrongNumbers(string what, string from, string to)
    {
        Assert.True(TinyGemm.Text.Contains(from), what);
        Assert.True(TinyGemm.Run(TinyGemm.Text.Replace(from, to)).Error > 0.05, what);
    }

    [Fact]
    public void WithoutSwizzleItIsRightButCollides()
    {
        var (error, report) = TinyGemm.Run(TinyGemm.Text.Replace("xor.b32 %c, %chunk, %s;", "mov.b32 %c, %chunk;"));
        Assert.Equal(0, error);
        Assert.Equal(4, report.BankConflicts["ldmatrix"]);
        Assert.Contains("ldmatrix", report.WorstBankConflictAt);
    }
}
