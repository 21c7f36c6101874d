using Xunit;

namespace Fcn.Tests.Ptx;

// Every arithmetic instruction against C#, over all pairs of awkward numbers.
public sealed class ArithmeticTests
{
    private static readonly Dictionary<string, Func<uint, uint, uint>> Unsigned = new()
    {
        ["add.u32"] = (a, b) => a + b,
        ["sub.s32"] = (a, b) => a - b,
        ["mul.lo.u32"] = (a, b) => a * b,
        ["mul.lo.s32"] = (a, b) => a * b,
        ["mul.hi.u32"] = (a, b) => (uint)((ulong)a * b / 4294967296),
        ["mul.hi.s32"] = (a, b) => (uint)(((long)(int)a * (int)b) >> 32),
        ["min.u32"] = Math.Min,
        ["max.u32"] = Math.Max,
        ["min.s32"] = (a, b) => (uint)Math.Min((int)a, (int)b),
        ["max.s32"] = (a, b) => (uint)Math.Max((int)a, (int)b),
        ["and.b32"] = (a, b) => a & b,
        ["or.b32"] = (a, b) => a | b,
        ["xor.b32"] = (a, b) => a ^ b,
        ["shl.b32"] = (a, b) => b >= 32 ? 0 : a << (int)b,
        ["shr.u32"] = (a, b) => b >= 32 ? 0 : a >> (int)b,
        ["shr.b32"] = (a, b) => b >= 32 ? 0 : a >> (int)b,
        ["shr.s32"] = (a, b) => (uint)((long)(int)a >> (int)Math.Min(b, 63)),
    };

    [Fact]
    public void Integers()
    {
        uint[][] x = Lane.Pairs(Lane.Words, Lane.Words);
        foreach (var (op, expected) in Unsigned)
            Same(op, x[0].Zip(x[1], expected), Lane.Apply<uint, uint>($"{op} %r0, %r1, %r2;", "u32", "u32", x));
    }

    [Fact]
    public void Division()
    {
        uint[] divisors = [.. Lane.Words.Where(w => w != 0)];
        uint[][] x = Lane.Pairs(Lane.Words, divisors);
        Same("div.u32", x[0].Zip(x[1], (a, b) => a / b), Lane.Apply<uint, uint>("div.u32 %r0, %r1, %r2;", "u32", "u32", x));
        Same("rem.u32", x[0].Zip(x[1], (a, b) => a % b), Lane.Apply<uint, uint>("rem.u32 %r0, %r1, %r2;", "u32", "u32", x));
        Same("div.s32", x[0].Zip(x[1], (a, b) => (uint)((long)(int)a / (int)b)),
            Lane.Apply<uint, uint>("div.s32 %r0, %r1, %r2;", "u32", "u32", x));
        Same("rem.s32", x[0].Zip(x[1], (a, b) => (uint)((long)(int)a % (int)b)),
            Lane.Apply<uint, uint>("rem.s32 %r0, %r1, %r2;", "u32", "u32", x));
    }

    [Fact]
    public void WideAndLong()
    {
        uint[][] x = Lane.Pairs(Lane.Words, Lane.Words);
        Same("mul.wide.u32", x[0].Zip(x[1], (a, b) => (ulong)a * b),
            Lane.Apply<uint, ulong>("mul.wide.u32 %d0, %r1, %r2;", "u32", "u64", x));
        Same("mul.wide.s32", x[0].Zip(x[1], (a, b) => (ulong)((long)(int)a * (int)b)),
            Lane.Apply<uint, ulong>("mul.wide.s32 %d0, %r1, %r2;", "u32", "u64", x));
        Same("mad.lo.u32", x[0].Zip(x[1], (a, b) => a * b + 5), Lane.Apply<uint, uint>("mad.lo.u32 %r0, %r1, %r2, 5;", "u32", "u32", x));
        Same("mad.wide.s32", x[0].Zip(x[1], (a, b) => (ulong)((long)(int)a * (int)b - 1)),
            Lane.Apply<uint, ulong>("mad.wide.s32 %d0, %r1, %r2, -1;", "u32", "u64", x));

        ulong[] longs = [0, 1, 63, 64, 65, 0x8000000000000000, 0x7FFFFFFFFFFFFFFF, ulong.MaxValue, 0x123456789ABCDEF0, 1ul << 32];
        ulong[][] y = Lane.Pairs(longs, longs);
        Same("add.u64", y[0].Zip(y[1], (a, b) => a + b), Lane.Apply<ulong, ulong>("add.u64 %d0, %d1, %d2;", "u64", "u64", y));
        Same("sub.s64", y[0].Zip(y[1], (a, b) => a - b), Lane.Apply<ulong, ulong>("sub.s64 %d0, %d1, %d2;", "u64", "u64", y));
        Same("mul.lo.u64", y[0].Zip(y[1], (a, b) => a * b), Lane.Apply<ulong, ulong>("mul.lo.u64 %d0, %d1, %d2;", "u64", "u64", y));
        Same("mul.hi.u64", y[0].Zip(y[1], (a, b) => (ulong)((UInt128)a * b >> 64)),
            Lane.Apply<ulong, ulong>("mul.hi.u64 %d0, %d1, %d2;", "u64", "u64", y));
        Same("min.s64", y[0].Zip(y[1], (a, b) => (ulong)Math.Min((long)a, (long)b)),
            Lane.Apply<ulong, ulong>("min.s64 %d0, %d1, %d2;", "u64", "u64", y));
        Same("shl.b64", y[0].Select(a => a << 35), Lane.Apply<ulong, ulong>("shl.b64 %d0, %d1, 35;", "u64", "u64", y[0]));
        Same("shr.s64", y[0].Select(a => (ulong)((long)a >> 63)), Lane.Apply<ulong, ulong>("shr.s64 %d0, %d1, 64;", "u64", "u64", y[0]));
        Same("not.b64", y[0].Select(a => ~a), Lane.Apply<ulong, ulong>("not.b64 %d0, %d1;", "u64", "u64", y[0]));
        Same("popc.b64", y[0].Select(a => (uint)ulong.PopCount(a)), Lane.Apply<ulong, uint>("popc.b64 %r0, %d1;", "u64", "u32", y[0]));
    }

    [Fact]
    public void SixteenBits()
    {
        ushort[] values = [0, 1, 2, 255, 256, 32767, 32768, 65535];
        ushort[][] x = Lane.Pairs(values, values);
        Same("add.u16", x[0].Zip(x[1], (a, b) => (ushort)(a + b)), Lane.Apply<ushort, ushort>("add.u16 %h0, %h1, %h2;", "u16", "u16", x));
        Same("mul.lo.u16", x[0].Zip(x[1], (a, b) => (ushort)(a * b)),
            Lane.Apply<ushort, ushort>("mul.lo.u16 %h0, %h1, %h2;", "u16", "u16", x));
        Same("max.s16", x[0].Zip(x[1], (a, b) => (ushort)Math.Max((short)a, (short)b)),
            Lane.Apply<ushort, ushort>("max.s16 %h0, %h1, %h2;", "u16", "u16", x));
        Same("not.b16", x[0].Select(a => (ushort)~a), Lane.Apply<ushort, ushort>("not.b16 %h0, %h1;", "u16", "u16", x[0]));
        Same("shr.s16", x[0].Select(a => (ushort)((short)a >> 3)), Lane.Apply<ushort, ushort>("shr.s16 %h0, %h1, 3;", "u16", "u16", x[0]));
        Same("mul.wide.u16", x[0].Zip(x[1], (a, b) => (uint)a * b),
            Lane.Apply<ushort, uint>("mul.wide.u16 %r0, %h1, %h2;", "u16", "u32", x));
        Same("mov pair", x[0].Zip(x[1], (low, high) => low | (uint)high << 16),
            Lane.Apply<ushort, uint>("mov.b32 %r0, {%h1, %h2};", "u16", "u32", x));
        Same("mov halves", Lane.Words.Select(w => w << 16 | w >> 16),
            Lane.Apply<uint, uint>("mov.b32 {%h0, %h1}, %r1; mov.b32 %r0, {%h1, %h0};", "u32", "u32", Lane.Words));
    }

    private static readonly Dictionary<string, Func<float, float, float>> Float = new()
    {
        ["add.f32"] = (a, b) => a + b,
        ["add.rn.f32"] = (a, b) => a + b,
        ["sub.f32"] = (a, b) => a - b,
        ["mul.f32"] = (a, b) => a * b,
        ["div.rn.f32"] = (a, b) => a / b,
        ["min.f32"] = (a, b) => float.IsNaN(a) ? b : float.IsNaN(b) ? a : MathF.Min(a, b),
        ["max.f32"] = (a, b) => float.IsNaN(a) ? b : float.IsNaN(b) ? a : MathF.Max(a, b),
        ["max.NaN.f32"] = MathF.Max,
        ["min.NaN.f32"] = MathF.Min,
        ["mul.ftz.f32"] = (a, b) => Flush(Flush(a) * Flush(b)),
        ["add.rn.ftz.f32"] = (a, b) => Flush(Flush(a) + Flush(b)),
    };

    [Fact]
    public void Floats()
    {
        uint[][] x = Lane.Pairs(Lane.Floats, Lane.Floats);
        foreach (var (op, expected) in Float) Same(op, Bits(x, expected),
            Lane.Apply<uint, uint>($"{op} %f0, %f1, %f2;", "f32", "f32", x).Select(Lane.Canonical));
        Same("fma.rn.f32", Bits(x, (a, b) => MathF.FusedMultiplyAdd(a, b, 0.1f)),
            Lane.Apply<uint, uint>("fma.rn.f32 %f0, %f1, %f2, 0f3DCCCCCD;", "f32", "f32", x).Select(Lane.Canonical));
    }

    [Fact]
    public void FunctionsOfOne()
    {
        Func<float, float>[] expected = [MathF.Abs, a => -a, a => 1 / a, MathF.Sqrt, a => (float)Math.Pow(2, a), a => (float)Math.Log2(a)];
        string[] ops = ["abs.f32", "neg.f32", "rcp.rn.f32", "sqrt.rn.f32", "ex2.approx.f32", "lg2.approx.f32"];
        foreach (var (op, f) in ops.Zip(expected))
            Same(op, Bits([Lane.Floats, Lane.Floats], (a, _) => f(a)),
                Lane.Apply<uint, uint>($"{op} %f0, %f1;", "f32", "f32", Lane.Floats).Select(Lane.Canonical));
        Same("abs.s32", Lane.Words.Select(w => (uint)Math.Abs((long)(int)w)),
            Lane.Apply<uint, uint>("abs.s32 %r0, %r1;", "u32", "u32", Lane.Words));
        Same("neg.s32", Lane.Words.Select(w => 0 - w), Lane.Apply<uint, uint>("neg.s32 %r0, %r1;", "u32", "u32", Lane.Words));
    }

    [Fact]
    public void Doubles()
    {
        double[] values = [0, -1, 0.1, 1e300, -1e-310, double.PositiveInfinity, 3];
        double[][] x = Lane.Pairs(values, values);
        Same("add.f64", x[0].Zip(x[1], (a, b) => a + b), Lane.Apply<double, double>("add.f64 %e0, %e1, %e2;", "f64", "f64", x));
        Same("mul.rn.f64", x[0].Zip(x[1], (a, b) => a * b), Lane.Apply<double, double>("mul.rn.f64 %e0, %e1, %e2;", "f64", "f64", x));
        Same("div.rn.f64", x[0].Zip(x[1], (a, b) => a / b), Lane.Apply<double, double>("div.rn.f64 %e0, %e1, %e2;", "f64", "f64", x));
        Same("fma.rn.f64", x[0].Zip(x[1], (a, b) => Math.FusedMultiplyAdd(a, b, a)),
            Lane.Apply<double, double>("fma.rn.f64 %e0, %e1, %e2, %e1;", "f64", "f64", x));
    }

    [Fact]
    public void FieldsOfBits()
    {
        // Written out by hand, not computed: prmt's bytes, lop3's table, funnel shifts, fields.
        Assert.Equal([0x33441122u, 0x55667788u, 0xFFFFFF88u], new[]
        {
            Lane.Run("mov.u32 %r1, 0x11223344; mov.u32 %r2, 0x55667788; prmt.b32 %r0, %r1, %r2, 0x1032;", 1)[0],
            Lane.Run("mov.u32 %r1, 0x11223344; mov.u32 %r2, 0x55667788; prmt.b32 %r0, %r1, %r2, 0x7654;", 1)[0],
            Lane.Run("mov.u32 %r1, 0x11223344; mov.u32 %r2, 0x55667788; prmt.b32 %r0, %r1, %r2, 0xCCC4;", 1)[0],
        });
        Assert.Equal(0xF0F0F0F0u ^ 0xCCCCCCCC ^ 0xAAAAAAAA,
            Lane.Run("mov.u32 %r1, 0xF0F0F0F0; mov.u32 %r2, 0xCCCCCCCC; mov.u32 %r3, 0xAAAAAAAA; lop3.b32 %r0, %r1, %r2, %r3, 0x96;",
                1)[0]);
        Assert.Equal(0x34567890u, Lane.Run("mov.u32 %r1, 0x90ABCDEF; mov.u32 %r2, 0x12345678; shf.l.wrap.b32 %r0, %r1, %r2, 8;", 1)[0]);
        Assert.Equal(0x567890ABu, Lane.Run("mov.u32 %r1, 0x90ABCDEF; mov.u32 %r2, 0x12345678; shf.r.wrap.b32 %r0, %r1, %r2, 16;", 1)[0]);
        Assert.Equal(0x5Bu, Lane.Run("mov.u32 %r1, 0x123ADE5B; bfe.u32 %r0, %r1, 0, 8;", 1)[0]);
        Assert.Equal(0xFFFFFFADu, Lane.Run("mov.u32 %r1, 0x123ADE5B; bfe.s32 %r0, %r1, 12, 8;", 1)[0]);
        Assert.Equal(0x12A5B678u, Lane.Run("mov.u32 %r1, 0xA5B; mov.u32 %r2, 0x12345678; bfi.b32 %r0, %r1, %r2, 12, 12;", 1)[0]);
        Same("popc", Lane.Words.Select(w => (uint)uint.PopCount(w)),
            Lane.Apply<uint, uint>("popc.b32 %r0, %r1;", "u32", "u32", Lane.Words));
        Same("clz", Lane.Words.Select(w => (uint)uint.LeadingZeroCount(w)),
            Lane.Apply<uint, uint>("clz.b32 %r0, %r1;", "u32", "u32", Lane.Words));
        Assert.Equal(0xF7B3D591u, Lane.Run("mov.u32 %r1, 0x89ABCDEF; brev.b32 %r0, %r1;", 1)[0]);
    }

    internal static void Same<T>(string op, IEnumerable<T> expected, IEnumerable<T> actual) =>
        Assert.Equal(expected.Select((e, i) => $"{op} #{i}: {e}"), actual.Select((e, i) => $"{op} #{i}: {e}"));

    private static IEnumerable<uint> Bits(uint[][] x, Func<float, float, float> f) => x[0].Zip(x[1], (a, b) =>
        Lane.Canonical(BitConverter.SingleToUInt32Bits(f(BitConverter.UInt32BitsToSingle(a), BitConverter.UInt32BitsToSingle(b)))));

    private static float Flush(float a) => Math.Abs(a) < 1.17549435e-38f ? MathF.CopySign(0, a) : a;
}
