using Xunit;

namespace Fcn.Tests.Ptx;

// One planted fault each, in kernels of a few lines: that it is found, and that the message says where.
public sealed class FaultTests
{
    // Every body may use: %r1 thread, %r2 its word of shared memory, %r3 block, %d1 the input (64 words, all written), %d0 the output
    // (64 words), %d2 and %d3 this thread's words of output and input.
    private const string Start = """
            ld.param.u64 %d0, [out];
            ld.param.u64 %d1, [in];
            mov.u32 %r1, %tid.x;
            mov.u32 %r3, %ctaid.x;
            mov.u32 %r2, smem;
            mad.lo.u32 %r2, %r1, 4, %r2;
            mad.wide.u32 %d2, %r1, 4, %d0;
            mad.wide.u32 %d3, %r1, 4, %d1;

        """;

    [Theory]
    // Out of bounds and misaligned
    [InlineData("ld.global.u32 %r4, [%d3+4];", "out-of-bounds read of 4 bytes at 0 bytes behind the end of buffer 'in' (256 bytes)")]
    [InlineData("st.global.u32 [%d2+-4], %r1;", "out-of-bounds write of 4 bytes at 4 bytes before buffer 'out' (256 bytes)")]
    [InlineData("ld.global.v4.u32 {%r4, %r5, %r6, %r7}, [%d3];", "misaligned read of 16 bytes at byte 4 of buffer 'in'")]
    [InlineData("st.global.v2.u32 [%d2], {%r1, %r1};", "misaligned write of 8 bytes at byte")]
    [InlineData("cvt.u64.u32 %d4, %r1; ld.global.u32 %r4, [%d4];", "where no buffer is near")]
    [InlineData("cvt.u32.u64 %r4, %d1; cvt.u64.u32 %d4, %r4; ld.global.u32 %r4, [%d4];", "out-of-bounds read of 4 bytes at 0x")]
    [InlineData("st.shared.u32 [%r2+512], %r1;", "out-of-bounds write of 4 bytes at byte")]
    [InlineData("ld.shared.u32 %r4, [%r2+1];", "misaligned read of 4 bytes at byte 1 of 512 bytes of shared memory")]
    [InlineData("ld.shared.u32 %r4, [0];", null)]
    // Never written
    [InlineData("add.u32 %r4, %r5, 1;", "register %r5 is read before it is written")]
    [InlineData("setp.lt.u32 %p1, %r1, 9; @%p1 mov.u32 %r5, 1; add.u32 %r4, %r5, 1;",
        "thread 9: register %r5 is read before it is written")]
    [InlineData("@%p5 mov.u32 %r5, 1;", "register %p5 is read before it is written")]
    [InlineData("ld.shared.u32 %r4, [%r2];", "read of 4 bytes of shared memory never written, at byte 0 of 512")]
    [InlineData("st.shared.u16 [%r2], %r1; ld.shared.u32 %r4, [%r2];", "shared memory never written")]
    [InlineData("ld.global.u32 %r4, [%d2];", "read of 4 bytes never written, at byte 0 of buffer 'out'")]
    // Races of a block's threads
    [InlineData("st.shared.u32 [%r2], %r1; xor.b32 %r4, %r2, 4; ld.shared.u32 %r5, [%r4];",
        "race: read at byte 4 of 512 bytes of shared memory, which thread 1 wrote in line 22 with no barrier")]
    [InlineData("st.shared.u32 [smem], %r1;",
        "race: write at byte 0 of 512 bytes of shared memory, which thread 0 wrote in line 22 with no barrier between")]
    [InlineData("mov.u32 %r4, 0; st.shared.u32 [%r2], %r4; bar.sync 0; ld.shared.u32 %r5, [smem]; st.shared.u32 [%r2], %r4;",
        "which several threads read in line 22")]
    [InlineData("st.shared.u16 [%r2], %h1;", "register %h1")]
    [InlineData("ld.global.u32 %r4, [%d1]; st.global.u32 [%d3], %r4;", "race: write at byte 0 of buffer 'in'")]
    [InlineData("st.global.u32 [%d3], %r1; xor.b32 %r4, %r1, 32; mad.wide.u32 %d4, %r4, 4, %d1; ld.global.u32 %r5, [%d4];",
        "of buffer 'in' (256 bytes), which thread")]
    [InlineData("mov.u32 %r4, 1; st.global.u32 [%d2], %r4; ld.global.nc.u32 %r5, [%d2];", ".nc read at byte")]
    // Copies
    [InlineData("mul.lo.u32 %r4, %r1, 16; mov.u32 %r5, smem; cp.async.cg.shared.global [%r5], [%d1], 16;",
        "while the cp.async of line 22 to it is in flight")]
    [InlineData("cp.async.ca.shared.global [%r2], [%d3], 4; cp.async.commit_group; ld.shared.u32 %r4, [%r2];", "in flight")]
    [InlineData("mov.u32 %r4, 0; st.shared.u32 [%r2], %r4; cp.async.ca.shared.global [%r2], [%d3], 4; ld.shared.u32 %r4, [%r2];",
        "in flight")]
    [InlineData("cp.async.ca.shared.global [%r2], [%d3], 4; cp.async.wait_group 0; ld.shared.u32 %r4, [%r2];", "in flight")]
    [InlineData("cp.async.ca.shared.global [%r2], [%d3], 4; cp.async.wait_all; xor.b32 %r4, %r2, 4; ld.shared.u32 %r5, [%r4];",
        "race: read")]
    [InlineData("mov.u32 %r4, 17; shl.b32 %r5, %r1, 2; add.u32 %r2, %r2, %r5; cp.async.ca.shared.global [%r2], [%d1], 8, %r4;",
        "source size 17 of a copy of 8 bytes")]
    // Lanes and warps that are not there
    [InlineData("setp.lt.u32 %p1, %r1, 40; @%p1 bra L; bar.sync 0; bra E;\nL: bar.sync 0;\nE:", "divergent barrier")]
    [InlineData("setp.lt.u32 %p1, %r1, 40; @%p1 bar.sync 0;", "divergent barrier: 24 lanes of the warp are not there")]
    [InlineData("setp.lt.u32 %p1, %r1, 32; @%p1 bar.sync 0;", "divergent barrier: 1 warps wait, 1 warps of the block have ended")]
    [InlineData("setp.lt.u32 %p1, %r1, 32; @%p1 bra L; bar.sync 0; ret;\nL: bar.sync 0;", "divergent barrier: warp")]
    [InlineData("setp.lt.u32 %p1, %r1, 40; @%p1 ret; bar.sync 0;", "divergent barrier")]
    [InlineData("setp.ne.u32 %p1, %r1, 5; @%p1 shfl.sync.bfly.b32 %r4, %r1, 1, 31, -1;",
        "divergent shfl.sync.bfly.b32: lanes ffffffdf are there, ffffffff are named")]
    [InlineData("setp.lt.u32 %p1, %r1, 9; mov.u32 %r5, smem; @%p1 ldmatrix.sync.aligned.m8n8.x1.shared.b16 {%r6}, [%r5];",
        "divergent ldmatrix")]
    [InlineData("L: bra L;", "it does not end")]
    [InlineData("trap;", "trap")]
    public void IsFound(string body, string? problem)
    {
        string text = Text(body);
        if (problem == null)
        {
            Assert.Throws<PtxSyntaxException>(() => Lane.Parse(text));
            return;
        }
        PtxFault fault = Launch(text, blocks: 1);
        Assert.Contains(problem, fault.Message);
        Assert.Matches("^kernel 'k', line [0-9]+ `.+`, block 0, thread [0-9]+: ", fault.Message);
    }

    [Theory]
    [InlineData("st.global.u32 [%d2], %r1;", "race between blocks: write at byte")]
    [InlineData("setp.eq.u32 %p1, %r3, 1; @%p1 st.global.u32 [%d3], %r1; @!%p1 ld.global.u32 %r4, [%d3];", "race between blocks")]
    [InlineData("ld.global.u32 %r4, [%d1]; setp.eq.u32 %p1, %r1, 0; @%p1 st.global.u32 [%d1], %r1;", "race")]
    public void RacesBetweenBlocksAreFound(string body, string problem) => Assert.Contains(problem, Launch(Text(body), blocks: 3).Message);

    [Fact]
    public void AFaultNamesItsPlace()
    {
        string text = Text("setp.lt.u32 %p1, %r1, 50; @%p1 bra FINE;\n    ld.global.f32 %f1, [%d3+56]; // too far\nFINE:");
        int line = 1 + text.Split('\n').ToList().FindIndex(l => l.Contains("too far"));
        Assert.Equal($"kernel 'k', line {line} `ld.global.f32 %f1, [%d3+56]; // too far`, block 0, thread 50: "
            + "out-of-bounds read of 4 bytes at 0 bytes behind the end of buffer 'in' (256 bytes)", Launch(text, 1).Message);
    }

    // The same accesses, ordered: none of these is a fault.
    [Theory]
    [InlineData("st.shared.u32 [%r2], %r1; bar.sync 0; xor.b32 %r4, %r2, 4; ld.shared.u32 %r5, [%r4]; "
        + "bar.sync 0; st.shared.u32 [%r4], %r5;")]
    [InlineData("shl.b32 %r4, %r1, 1; mov.u32 %r5, smem; add.u32 %r4, %r4, %r5; mov.b16 %h1, 3; st.shared.b16 [%r4], %h1;")]
    [InlineData("cvt.u64.u32 %d4, %r1; add.u64 %d4, %d4, %d0; st.global.u8 [%d4], %r1; ld.global.u8 %r4, [%d4];")]
    [InlineData("cp.async.ca.shared.global [%r2], [%d3], 4; cp.async.wait_all; ld.shared.u32 %r4, [%r2]; "
        + "bar.sync 0; ld.shared.u32 %r5, [smem];")]
    [InlineData("ld.global.u32 %r4, [%d1]; ld.shared.u32 %r9, [%r2]; st.global.u32 [%d2], %r4;",
        "mov.u32 %r9, 0; st.shared.u32 [%r2], %r9; ")]
    [InlineData("setp.lt.u32 %p1, %r1, 40; @%p1 ret;")]
    [InlineData("setp.lt.u32 %p1, %r1, 40; @%p1 mov.u32 %r4, 1; @%p1 st.global.u32 [%d2], %r4;")]
    public void OrderedAccessesAreNot(string body, string before = "")
    {
        using var memory = new DeviceMemory();
        Run(Text(before + body), 1, memory);
    }

    [Fact]
    public void ANewLaunchMayReadWhatTheLastOneWrote()
    {
        using var memory = new DeviceMemory();
        ulong x = memory.Upload<uint>(new uint[64], "x"), y = memory.Allocate(256, "y");
        PtxEntry entry = Lane.Parse(Text("ld.global.nc.u32 %r4, [%d3]; add.u32 %r4, %r4, 1; st.global.u32 [%d2], %r4;"));
        PtxLauncher.Launch(entry, 1, 64, 512, [y, x], memory);
        PtxLauncher.Launch(entry, 1, 64, 512, [x, y], memory);
        PtxLauncher.Launch(entry, 1, 64, 512, [y, x], memory);
        Assert.Equal(Enumerable.Repeat(3u, 64), memory.Download<uint>(y, 64));
    }

    [Fact]
    public void TheHostIsCheckedToo()
    {
        using var memory = new DeviceMemory();
        ulong x = memory.Allocate(8, "x");
        Assert.Equal(0ul, x % 256);
        memory.Write(x, [1, 2, 3]);
        Assert.Contains("nobody wrote byte 3 of buffer 'x'", Assert.Throws<PtxFault>(() => memory.Download<uint>(x, 1)).Message);
        Assert.Throws<PtxFault>(() => memory.Write(x + 6, [1, 2, 3]));
        memory.Fill(x, 7, 8);
        ulong y = memory.Allocate(8, "y");
        memory.Copy(y, x, 8);
        Assert.Equal([0x07070707u, 0x07070707u], memory.Download<uint>(y, 2));
        memory.Free(x);
        Assert.Contains("freed", Assert.Throws<PtxFault>(() => memory.Download<uint>(x, 1)).Message);
        PtxEntry entry = Lane.Parse(Text("ld.global.u32 %r4, [%d3];"));
        Assert.Contains("use after free", Assert.Throws<PtxFault>(() => PtxLauncher.Launch(entry, 1, 1, 512, [y, x], memory)).Message);
        foreach (var (blocks, threads, bytes, count) in new[] { (0, 1, 0, 2), (1, 65, 0, 2), (1, 1, 300000, 2), (1, 1, 0, 3) })
            Assert.Contains("launch of 'k'", Assert.Throws<PtxFault>(() =>
                PtxLauncher.Launch(entry, blocks, threads, bytes, new ulong[count], memory)).Message);
    }

    private static string Text(string body) => Lane.Text(Start + "    " + body, ".param .u64 out, .param .u64 in", threads: 64);

    private static PtxFault Launch(string text, int blocks)
    {
        using var memory = new DeviceMemory();
        return Assert.Throws<PtxFault>(() => Run(text, blocks, memory));
    }

    private static void Run(string text, int blocks, DeviceMemory memory)
    {
        ulong input = memory.Upload<uint>(new uint[64], "in"), output = memory.Allocate(256, "out");
        PtxLauncher.Launch(Lane.Parse(text), blocks, 64, 512, [output, input], memory);
    }
}
