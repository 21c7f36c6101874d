using Xunit;

namespace Fcn.Tests.Ptx;

// mma and ldmatrix: whole products of matrices through the lane maps of Fragments, which know nothing of the emulator's.
public sealed class MatrixTests
{
    [Theory]
    [InlineData("bf16", 16, "7.0 80")]
    [InlineData("bf16", 8, "7.0 80")]
    [InlineData("f16", 16, "7.0 80")]
    [InlineData("f16", 8, "6.5 75")]
    [InlineData("tf32", 8, "7.0 80")]
    public void Product(string type, int k, string level)
    {
        var (expected, actual) = Multiply(type, k, level, registers => registers);
        Assert.Equal(expected, actual);
    }

    [Theory]
    [InlineData("bf16", 16)]
    [InlineData("f16", 16)]
    [InlineData("tf32", 8)]
    public void APermutedLaneMapGivesAWrongProduct(string type, int k)
    {
        var (expected, actual) = Multiply(type, k, "7.0 80", r => [r[0], r[2], r[1], r[3]]);
        int wrong = expected.Zip(actual).Count(p => p.First != p.Second);
        Assert.True(wrong > 100, $"{wrong} of 128 numbers differ");
    }

    // Small integers: every product and sum is exact, so the result must be, bit for bit.
    private static (float[] Expected, float[] Actual) Multiply(string type, int k, string level, Func<string[], string[]> order)
    {
        var random = new Random(k);
        float[,] a = new float[16, k], b = new float[k, 8], c = new float[16, 8];
        foreach (float[,] m in new[] { a, b, c })
        {
            for (int i = 0; i < m.GetLength(0); i++) for (int j = 0; j < m.GetLength(1); j++) m[i, j] = random.Next(-60, 60) / 4f;
        }
        bool tf32 = type == "tf32";
        int perRegister = tf32 ? 1 : 2, registersA = 16 * k / 32 / perRegister, registersB = registersA / 2;
        uint[][] x = Enumerable.Range(0, registersA + registersB + 4).Select(_ => new uint[32]).ToArray();
        for (int i = 0; i < 16; i++) for (int j = 0; j < k; j++) Put(x, 0, tf32 ? Fragments.ATf32(i, j)
            : Fragments.A16(i, j), type, a[i, j]);
        for (int i = 0; i < k; i++) for (int j = 0; j < 8; j++) Put(x, registersA, tf32 ? Fragments.BTf32(i, j)
            : Fragments.B16(i, j), type, b[i, j]);
        for (int i = 0; i < 16; i++) for (int j = 0; j < 8; j++) Put(x, registersA + registersB, Fragments.C(i, j), "f32", c[i, j]);

        using var memory = new DeviceMemory();
        ulong input = memory.Upload<uint>(x.SelectMany(r => r).ToArray()), output = memory.Allocate(128 * 4);
        string[] registers = [.. Enumerable.Range(0, registersA).Select(r => $"%r{r}")];
        string Names(string prefix, int from, int count) => string.Join(", ", Enumerable.Range(from, count).Select(r => prefix + r));
        string text = Lane.Text($$"""
                mov.u32 %r30, %tid.x;
                ld.param.u64 %d0, [in];
                mad.wide.u32 %d0, %r30, 4, %d0;
            {{Concat(registersA + registersB, r => $"    ld.global.b32 %r{r}, [%d0+{r * 128}];\n")}}
            {{Concat(4, r => $"    ld.global.f32 %f{r}, [%d0+{(registersA + registersB + r) * 128}];\n")}}
                mma.sync.aligned.m16n8k{{k}}.row.col.f32.{{type}}.{{type}}.f32
                    {%f0, %f1, %f2, %f3},
                    { {{string.Join(", ", registersA == 4 ? order(registers) : registers)}} },
                    { {{Names("%r", registersA, registersB)}} },
                    {%f0, %f1, %f2, %f3};
                ld.param.u64 %d1, [out];
                mad.wide.u32 %d1, %r30, 16, %d1;
                st.global.v4.f32 [%d1], {%f0, %f1, %f2, %f3};
            """, ".param .u64 in, .param .u64 out", level);
        LaunchReport report = PtxLauncher.Launch(Lane.Parse(text), 1, 32, 0, [input, output], memory);
        Assert.Equal(1, report.Count("mma"));
        float[] lanes = memory.Download<float>(output, 128);
        var expected = new float[128];
        var actual = new float[128];
        for (int i = 0; i < 16; i++)
        {
            for (int j = 0; j < 8; j++)
            {
                var (lane, item) = Fragments.C(i, j);
                actual[i * 8 + j] = lanes[lane * 4 + item];
                double sum = c[i, j];
                for (int q = 0; q < k; q++) sum += (double)a[i, q] * b[q, j];
                expected[i * 8 + j] = (float)sum;
            }
        }
        return (expected, actual);
    }

    private static string Concat(int count, Func<int, string> line) => string.Concat(Enumerable.Range(0, count).Select(line));

    private static void Put(uint[][] registers, int first, (int Lane, int Item) at, string type, float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        if (type is "tf32" or "f32") registers[first + at.Item][at.Lane] = bits | (type == "tf32" ? 0x1FFFu
            : 0); // the low bits must not matter
        else registers[first + at.Item / 2][at.Lane] |=
            (type == "bf16" ? bits >> 16 : BitConverter.HalfToUInt16Bits((Half)value)) << at.Item % 2 * 16;
    }

    [Theory]
    [InlineData(1, "")]
    [InlineData(2, "")]
    [InlineData(4, "")]
    [InlineData(2, ".trans")]
    [InlineData(4, ".trans")]
    public void LoadMatrix(int count, string transposed)
    {
        // Element (row, column) of matrix j is 256 j + 16 row + column; thread 8j+row gives the address of that row. Rows lie backwards.
        using var memory = new DeviceMemory();
        ulong output = memory.Allocate(32 * count * 4);
        string registers = string.Join(", ", Enumerable.Range(0, count).Select(r => $"%r{r}"));
        string text = Lane.Text($$"""
                mov.u32 %r10, %tid.x;
                shl.b32 %r11, %r10, 4;
                mov.u32 %r12, smem;
                mov.u32 %r13, 496;
                sub.u32 %r13, %r13, %r11;
                add.u32 %r13, %r13, %r12;
                and.b32 %r14, %r10, 7;
                shl.b32 %r14, %r14, 4;
                shr.u32 %r15, %r10, 3;
                shl.b32 %r15, %r15, 8;
                add.u32 %r14, %r14, %r15;
                mad.lo.u32 %r14, %r14, 65537, 65536;
                add.u32 %r15, %r14, 0x20002;
                add.u32 %r16, %r14, 0x40004;
                add.u32 %r17, %r14, 0x60006;
                st.shared.v4.b32 [%r13], {%r14, %r15, %r16, %r17};
                bar.sync 0;
                ldmatrix.sync.aligned.m8n8.x{{count}}{{transposed}}.shared.b16 { {{registers}} }, [%r13];
                ld.param.u64 %d0, [out];
                mad.wide.u32 %d0, %r10, {{4 * count}}, %d0;
            {{Concat(count, r => $"    st.global.b32 [%d0+{4 * r}], %r{r};\n")}}
            """, level: "6.5 75");
        LaunchReport report = PtxLauncher.Launch(Lane.Parse(text), 1, 32, 512, [output], memory);
        Assert.Equal(1, report.WorstBankConflict);
        uint[] actual = memory.Download<uint>(output, 32 * count);
        for (int lane = 0; lane < 32; lane++)
        {
            for (int j = 0; j < count; j++)
            {
                int row = lane / 4, pair = lane % 4 * 2;
                uint Element(int r, int c) => (uint)(256 * j + 16 * r + c);
                uint expected = transposed.Length == 0 ? Element(row, pair) | Element(row, pair + 1) << 16
                    : Element(pair, row) | Element(pair + 1, row) << 16;
                Assert.Equal(expected, actual[lane * count + j]);
            }
        }
    }

    [Fact]
    public void ShufflesAndVotes()
    {
        int[] all = [.. Enumerable.Range(0, 32)];
        Assert.Equal(all.Select(i => (uint)(i ^ 5)), Shuffle("shfl.sync.bfly.b32 %r0, %r1, 5, 31, -1;"));
        Assert.Equal(all.Select(i => (uint)(i + 3 < 32 ? i + 3 : i)), Shuffle("shfl.sync.down.b32 %r0, %r1, 3, 31, -1;"));
        Assert.Equal(all.Select(i => (uint)(i >= 3 ? i - 3 : i)), Shuffle("shfl.sync.up.b32 %r0, %r1, 3, 0, -1;"));
        Assert.Equal(all.Select(_ => 7u), Shuffle("shfl.sync.idx.b32 %r0, %r1, 7, 31, 0xffffffff;"));
        // Segments of 8 lanes: mask 0x18 in the upper half of the third operand.
        Assert.Equal(all.Select(i => (uint)(i % 8 + 2 < 8 ? i + 2 : i)), Shuffle("shfl.sync.down.b32 %r0, %r1, 2, 0x1807, -1;"));
        Assert.Equal(all.Select(i => i % 8 + 2 < 8 ? 1u
            : 0), Shuffle("shfl.sync.down.b32 %r2|%p1, %r1, 2, 0x1807, -1; selp.u32 %r0, 1, 0, %p1;"));
        Assert.Equal(all.Select(_ => 0xFFu), Shuffle("setp.lt.u32 %p1, %r1, 8; vote.sync.ballot.b32 %r0, %p1, -1;"));
        Assert.Equal(all.Select(_ => 1u), Shuffle("setp.lt.u32 %p1, %r1, 8; vote.sync.any.pred %p2, %p1, -1; selp.u32 %r0, 1, 0, %p2;"));
    }

    private static uint[] Shuffle(string text) => Lane.Run("mov.u32 %r1, %tid.x; " + text, 32);
}
