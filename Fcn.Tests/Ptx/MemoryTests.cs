using Xunit;

namespace Fcn.Tests.Ptx;

// Loads and stores of all widths, asynchronous copies, divergent branches, what a launch reports.
public sealed class MemoryTests
{
    [Fact]
    public void WidthsAndSigns()
    {
        byte[] bytes = [.. Enumerable.Range(0, 64).Select(i => (byte)(i * 3 + 130))];
        using var memory = new DeviceMemory();
        ulong x = memory.Upload<byte>(bytes), y = memory.Allocate(48);
        PtxEntry entry = Lane.Parse(Lane.Text("""
                ld.param.u64 %d0, [x];
                ld.param.u64 %d1, [y];
                cvta.to.global.u64 %d0, %d0;
                ld.global.u8 %r0, [%d0+3];
                ld.global.s8 %r1, [%d0+3];
                ld.global.s16 %r2, [%d0+4];
                ld.global.nc.u16 %h1, [%d0+6];
                st.global.v4.b32 [%d1], {%r0, %r1, %r2, 5};
                st.global.b16 [%d1+16], %h1;
                st.global.u8 [%d1+18], %r1;
                st.global.u8 [%d1+19], 200;
                ld.global.nc.L1::no_allocate.v4.u8 {%r4, %r5, %r6, %r7}, [%d0+8];
                st.global.b32 [%d1+20], %r7;
                ld.global.v2.b64 {%d2, %d3}, [%d0+16];
                st.global.v2.b64 [%d1+32], {%d3, %d2};
                ld.global.v4.f32 {%f0, %f1, %f2, %f3}, [%d0+32];
                st.global.f32 [%d1+24], %f3;
                ld.global.s8 %d4, [%d0+3];
                st.global.u32 [%d1+28], %d4;
            """, ".param .u64 x, .param .u64 y"));
        PtxLauncher.Launch(entry, 1, 1, 0, [x, y], memory);
        byte[] actual = memory.Download<byte>(y, 48);
        byte[] expected =
        [
            bytes[3], 0, 0, 0, bytes[3], 255, 255, 255, bytes[4], bytes[5], 255, 255, 5, 0, 0, 0, bytes[6], bytes[7], bytes[3], 200,
            bytes[11], 0, 0, 0, .. bytes[44..48], bytes[3], 255, 255, 255, .. bytes[24..32], .. bytes[16..24],
        ];
        Assert.Equal(expected, actual);
        Assert.True(bytes[3] >= 128 && bytes[5] >= 128, "the signs matter");
    }

    [Theory]
    [InlineData("16", "1 2 3 4")]
    [InlineData("16, 8", "1 2 0 0")]
    [InlineData("16, 6", "1 2 0 0")]
    [InlineData("16, %r5", "1 0 0 0")]
    [InlineData("16, %p1", "0 0 0 0")]
    [InlineData("16, !%p1", "1 2 3 4")]
    public void CopiesFillWithZeros(string size, string words)
    {
        using var memory = new DeviceMemory();
        ulong x = memory.Upload<uint>([1, 2, 3, 4]), y = memory.Allocate(16);
        PtxEntry entry = Lane.Parse(Lane.Text($$"""
                mov.u32 %r5, 4;
                setp.eq.u32 %p1, %r5, 4;
                ld.param.u64 %d0, [x];
                ld.param.u64 %d1, [y];
                mov.u32 %r6, smem;
                cp.async.cg.shared.global.L2::128B [%r6+16], [%d0], {{size}};
                cp.async.commit_group;
                cp.async.wait_group 0;
                ld.shared.v4.u32 {%r0, %r1, %r2, %r3}, [smem+16];
                st.global.v4.u32 [%d1], {%r0, %r1, %r2, %r3};
            """, ".param .u64 x, .param .u64 y"));
        PtxLauncher.Launch(entry, 1, 1, 64, [x, y], memory);
        uint[] expected = [.. words.Split(' ').Select(uint.Parse)];
        Assert.Equal(expected, memory.Download<uint>(y, 4));
    }

    [Fact]
    public void AnIgnoredSourceMayLieAnywhere() => Assert.Equal(0u, Lane.Run("""
            mov.u32 %r6, smem;
            mov.u64 %d0, 16;
            mov.u32 %r5, 0;
            cp.async.cg.shared.global [%r6], [%d0], 16, %r5;
            cp.async.wait_all;
            ld.shared.u32 %r0, [%r6];
        """, 1, 16)[0]);

    [Fact]
    public void CopiesReadTheirSourceAtTheWait()
    {
        // The thread itself changes the source after the copy was issued: what arrives is what is there when it waits.
        using var memory = new DeviceMemory();
        ulong x = memory.Upload<uint>([1, 1, 1, 1]), y = memory.Allocate(4);
        PtxEntry entry = Lane.Parse(Lane.Text("""
                ld.param.u64 %d0, [x];
                ld.param.u64 %d1, [y];
                cp.async.ca.shared.global [smem], [%d0], 4;
                cp.async.commit_group;
                st.global.u32 [%d0], 9;
                cp.async.wait_group 0;
                ld.shared.u32 %r0, [smem];
                st.global.u32 [%d1], %r0;
            """, ".param .u64 x, .param .u64 y"));
        PtxLauncher.Launch(entry, 1, 1, 16, [x, y], memory);
        Assert.Equal(9u, memory.Download<uint>(y, 1)[0]);
    }

    [Fact]
    public void LanesGoApartAndMeet()
    {
        // Thread i counts down from i % 7, then even and odd threads take different ways; all are there again at the shuffle.
        uint[] actual = Lane.Run("""
                mov.u32 %r1, %tid.x;
                rem.u32 %r2, %r1, 7;
                mov.u32 %r3, 0;
            LOOP:
                setp.eq.u32 %p0, %r2, 0;
                @%p0 bra DONE;
                sub.u32 %r2, %r2, 1;
                add.u32 %r3, %r3, 10;
                bra LOOP;
            DONE:
                and.b32 %r4, %r1, 1;
                setp.ne.u32 %p1, %r4, 0;
                @%p1 bra ODD;
                add.u32 %r3, %r3, 1;
                bra MEET;
            ODD:
                add.u32 %r3, %r3, 2;
            MEET:
                shfl.sync.bfly.b32 %r0, %r3, 1, 31, -1;
            """, 64);
        Assert.Equal(Enumerable.Range(0, 64).Select(i => i ^ 1).Select(i => (uint)(i % 7 * 10 + 1 + (i & 1))), actual);
    }

    [Fact]
    public void ThreadsTalkThroughSharedMemory()
    {
        uint[] actual = Lane.Run("""
                .shared .align 16 .b8 table[1024];
                mov.u32 %r1, %tid.x;
                mov.u32 %r2, table;
                mad.lo.u32 %r3, %r1, 4, %r2;
                mul.lo.u32 %r4, %r1, %r1;
                st.shared.u32 [%r3], %r4;
                bar.sync 0;
                mov.u32 %r5, 255;
                sub.u32 %r5, %r5, %r1;
                mad.lo.u32 %r3, %r5, 4, %r2;
                ld.shared.u32 %r0, [%r3];
            """, 256);
        Assert.Equal(Enumerable.Range(0, 256).Select(i => (uint)((255 - i) * (255 - i))), actual);
    }

    [Theory]
    [InlineData(4, 1)]
    [InlineData(8, 2)]
    [InlineData(128, 32)]
    [InlineData(132, 1)]
    public void BankConflicts(int stride, int expected)
    {
        using var memory = new DeviceMemory();
        PtxEntry entry = Lane.Parse(Lane.Text($"""
                mov.u32 %r1, %tid.x;
                mov.u32 %r2, smem;
                mad.lo.u32 %r2, %r1, {stride}, %r2;
                st.shared.u32 [%r2], %r1;
                ld.shared.u32 %r3, [%r2];
            """, ""));
        LaunchReport report = PtxLauncher.Launch(entry, 1, 32, 32 * stride, [], memory);
        Assert.Equal(expected, report.WorstBankConflict);
        Assert.Equal(expected, report.BankConflicts["ld.shared"]);
        Assert.Equal(1, report.Opcodes["st.shared.u32"]);
        Assert.Equal(6 * 32, report.ThreadInstructions);
        Assert.Equal(2, report.Count("mov"));
    }
}
