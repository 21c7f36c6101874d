using Xunit;
using static Fcn.Tests.Ptx.ArithmeticTests;

namespace Fcn.Tests.Ptx;

// cvt between all kinds of numbers, setp and selp, mov of special registers.
public sealed class ConvertAndCompareTests
{
    [Fact]
    public void BetweenIntegers()
    {
        uint[] x = Lane.Words;
        Same("u8", x.Select(w => (uint)(byte)w), Lane.Apply<uint, uint>("cvt.u8.u32 %r0, %r1;", "u32", "u32", x));
        Same("s8", x.Select(w => (uint)(sbyte)w), Lane.Apply<uint, uint>("cvt.s8.u32 %r0, %r1;", "u32", "u32", x));
        Same("u16", x.Select(w => (uint)(ushort)w), Lane.Apply<uint, uint>("cvt.u16.u32 %h1, %r1; cvt.u32.u16 %r0, %h1;", "u32", "u32", x));
        Same("s32.s16", x.Select(w => (uint)(short)w),
            Lane.Apply<uint, uint>("cvt.u16.u32 %h1, %r1; cvt.s32.s16 %r0, %h1;", "u32", "u32", x));
        Same("u64.u32", x.Select(w => (ulong)w), Lane.Apply<uint, ulong>("cvt.u64.u32 %d0, %r1;", "u32", "u64", x));
        Same("s64.s32", x.Select(w => (ulong)(int)w), Lane.Apply<uint, ulong>("cvt.s64.s32 %d0, %r1;", "u32", "u64", x));
        Same("u32.u64", x.Select(w => w + 1),
            Lane.Apply<uint, uint>("cvt.u64.u32 %d1, %r1; add.u64 %d1, %d1, 1; cvt.u32.u64 %r0, %d1;", "u32", "u32", x));
        Same("sat", x.Select(w => (uint)Math.Clamp((int)w, 0, 255)), Lane.Apply<uint, uint>("cvt.sat.u8.s32 %r0, %r1;", "u32", "u32", x));
    }

    [Fact]
    public void IntegersToFloats()
    {
        uint[] x = [.. Lane.Words, 16777217, 33554433, 33554435];
        Same("f32.u32", x.Select(w => (float)(double)w), Lane.Apply<uint, float>("cvt.rn.f32.u32 %f0, %r1;", "u32", "f32", x));
        Same("f32.s32", x.Select(w => (float)(double)(int)w), Lane.Apply<uint, float>("cvt.rn.f32.s32 %f0, %r1;", "u32", "f32", x));
        Same("f32.u8", x.Select(w => (float)(byte)w), Lane.Apply<uint, float>("cvt.rn.f32.u8 %f0, %r1;", "u32", "f32", x));
        Same("f64.s32", x.Select(w => (double)(int)w), Lane.Apply<uint, double>("cvt.rn.f64.s32 %e0, %r1;", "u32", "f64", x));

        // The second lies one above the middle of two floats: rounded to double first it would become the middle, then the even neighbour.
        ulong[] longs = [ulong.MaxValue, (1ul << 60) + (1ul << 36) + 1, (1ul << 60) + (1ul << 36), 123456789012345];
        float[] expected = [18446744073709551616f, MathF.BitIncrement(1L << 60), 1L << 60, 123456788103168];
        Same("f32.u64", expected, Lane.Apply<ulong, float>("cvt.rn.f32.u64 %f0, %d1;", "u64", "f32", longs));
    }

    [Fact]
    public void FloatsToIntegers()
    {
        float[] x = [0, -0f, 0.5f, 1.5f, 2.5f, -0.5f, -1.5f, 1e10f, -1e10f, 3e38f, float.NaN, float.NegativeInfinity, 254.6f, 300,
            2147483520f];
        Same("rni", x.Select(f => Clamped(Math.Round((double)f, MidpointRounding.ToEven))),
            Lane.Apply<float, int>("cvt.rni.s32.f32 %r0, %f1;", "f32", "s32", x));
        Same("rzi", x.Select(f => Clamped(Math.Truncate(f))), Lane.Apply<float, int>("cvt.rzi.s32.f32 %r0, %f1;", "f32", "s32", x));
        Same("rmi", x.Select(f => Clamped(Math.Floor(f))), Lane.Apply<float, int>("cvt.rmi.s32.f32 %r0, %f1;", "f32", "s32", x));
        Same("rpi", x.Select(f => Clamped(Math.Ceiling(f))), Lane.Apply<float, int>("cvt.rpi.s32.f32 %r0, %f1;", "f32", "s32", x));
        Same("u8", x.Select(f => float.IsNaN(f) ? 0 : (uint)Math.Clamp(Math.Round((double)f, MidpointRounding.ToEven), 0, 255)),
            Lane.Apply<float, uint>("cvt.rni.u8.f32 %r0, %f1;", "f32", "u32", x));
        Same("f32", x.Select(f => MathF.Round(f, MidpointRounding.ToEven)),
            Lane.Apply<float, float>("cvt.rni.f32.f32 %f0, %f1;", "f32", "f32", x));
        Same("f64", x.Select(f => (double)f), Lane.Apply<float, double>("cvt.f64.f32 %e0, %f1;", "f32", "f64", x));
        double[] y = [0.1, -0.1, 1e-50, 1e300, 1.0000000596046448];
        Same("rn", y.Select(v => (float)v), Lane.Apply<double, float>("cvt.rn.f32.f64 %f0, %e1;", "f64", "f32", y));
        Same<float>("rz", [0.099999994f, -0.099999994f, 0f, float.MaxValue, 1f],
            Lane.Apply<double, float>("cvt.rz.f32.f64 %f0, %e1;", "f64", "f32", y));
    }

    private static int Clamped(double v) => double.IsNaN(v) ? 0 : (int)Math.Clamp(v, int.MinValue, int.MaxValue);

    [Fact]
    public void NarrowFloats()
    {
        // 1 + 2^-8 lies between two bf16: to the even one, below; 1 + 3*2^-8 to the even one, above.
        float[] x = [1, -2, 1.00390625f, 1.01171875f, 3.3895314e38f, float.PositiveInfinity, float.NaN, -0.3f];
        ushort[] bf16 = [0x3F80, 0xC000, 0x3F80, 0x3F82, 0x7F7F, 0x7F80, 0x7FFF, 0xBE9A];
        Same("bf16", bf16, Lane.Apply<float, ushort>("cvt.rn.bf16.f32 %h0, %f1;", "f32", "u16", x));
        Same("f16", x.Select(f => float.IsNaN(f) ? (ushort)0x7FFF : BitConverter.HalfToUInt16Bits((Half)f)),
            Lane.Apply<float, ushort>("cvt.rn.f16.f32 %h0, %f1;", "f32", "u16", x));
        Same("bf16x2", bf16.Select(b => (uint)b << 16 | 0xBF80),
            Lane.Apply<float, uint>("cvt.rn.bf16x2.f32 %r0, %f1, 0fBF800000;", "f32", "u32", x));
        Same("relu", bf16.Select(b => b is 0xC000 or 0xBE9A ? 0x3F80u : (uint)b << 16 | 0x3F80),
            Lane.Apply<float, uint>("cvt.rn.relu.bf16x2.f32 %r0, %f1, 0f3F800000;", "f32", "u32", x));
        ushort[] halves = [0x3C00, 0xC000, 0x0001, 0x7C00, 0x3555];
        Same("f32.f16", halves.Select(h => (float)BitConverter.UInt16BitsToHalf(h)),
            Lane.Apply<ushort, float>("cvt.f32.f16 %f0, %h1;", "u16", "f32", halves));
        // Ties away from zero at bit 12; what is below is gone.
        uint[] singles = [0x3F800FFF, 0x3F801000, 0xBF801000, 0x3F802FFF, 0x7F7FFFFF];
        Same<uint>("tf32", [0x3F800000u, 0x3F802000, 0xBF802000, 0x3F802000, 0x7F800000],
            Lane.Apply<uint, uint>("cvt.rna.tf32.f32 %r0, %f1;", "f32", "u32", singles));
    }

    [Fact]
    public void Comparisons()
    {
        uint[][] x = Lane.Pairs(Lane.Words, Lane.Words);
        foreach (var (op, f) in new Dictionary<string, Func<uint, uint, bool>>
        {
            ["eq.u32"] = (a, b) => a == b, ["ne.b32"] = (a, b) => a != b, ["lt.u32"] = (a, b) => a < b, ["hs.u32"] = (a, b) => a >= b,
            ["lt.s32"] = (a, b) => (int)a < (int)b, ["le.s32"] = (a, b) => (int)a <= (int)b, ["gt.s32"] = (a, b) => (int)a > (int)b,
        })
            Same(op, x[0].Zip(x[1], (a, b) => f(a, b) ? 7u : 9u),
                Lane.Apply<uint, uint>($"setp.{op} %p0, %r1, %r2; selp.u32 %r0, 7, 9, %p0;", "u32", "u32", x));

        uint[][] y = Lane.Pairs(Lane.Floats, Lane.Floats);
        foreach (var (op, f) in new Dictionary<string, Func<float, float, bool>>
        {
            ["eq"] = (a, b) => a == b, ["ne"] = (a, b) => a < b || a > b, ["lt"] = (a, b) => a < b, ["ge"] = (a, b) => a >= b,
            ["equ"] = (a, b) => !(a < b || a > b), ["neu"] = (a, b) => a != b, ["ltu"] = (a, b) => !(a >= b), ["gtu"] = (a, b) => !(a <= b),
            ["num"] = (a, b) => !float.IsNaN(a) && !float.IsNaN(b), ["nan"] = (a, b) => float.IsNaN(a) || float.IsNaN(b),
        })
            Same(op, y[0].Zip(y[1], (a, b) => f(BitConverter.UInt32BitsToSingle(a), BitConverter.UInt32BitsToSingle(b)) ? 1f : 0),
                Lane.Apply<uint, float>($"setp.{op}.f32 %p0, %f1, %f2; selp.f32 %f0, 0f3F800000, 0f00000000, %p0;", "f32", "f32", y));
    }

    [Fact]
    public void PredicatesTogether()
    {
        uint[] x = [.. Enumerable.Range(0, 32).Select(i => (uint)i)];
        Same("and", x.Select(i => i < 20 && i >= 5 ? 1u : 0), Lane.Apply<uint, uint>(
            "setp.ge.u32 %p1, %r1, 5; setp.lt.and.u32 %p0, %r1, 20, %p1; selp.u32 %r0, 1, 0, %p0;", "u32", "u32", x));
        Same("or not", x.Select(i => i == 3 || i >= 5 ? 1u : 0), Lane.Apply<uint, uint>(
            "setp.lt.u32 %p1, %r1, 5; setp.eq.or.u32 %p0, %r1, 3, !%p1; selp.u32 %r0, 1, 0, %p0;", "u32", "u32", x));
        Same("two", x.Select(i => i < 9 ? 1u : 2), Lane.Apply<uint, uint>(
            "setp.lt.u32 %p1|%p2, %r1, 9; @%p1 mov.u32 %r0, 1; @%p2 mov.u32 %r0, 2;", "u32", "u32", x));
        Same("logic", x.Select(i => (i < 9) ^ !(i > 4) ? 1u : 2), Lane.Apply<uint, uint>(
            "setp.lt.u32 %p1, %r1, 9; setp.gt.u32 %p2, %r1, 4; not.pred %p3, %p2; xor.pred %p4, %p1, %p3; "
                + "mov.u32 %r0, 2; @!%p4 bra L; mov.u32 %r0, 1;\nL:",
            "u32", "u32", x));
    }

    [Fact]
    public void SpecialRegisters()
    {
        using var memory = new DeviceMemory();
        ulong output = memory.Allocate(3 * 64 * 4);
        PtxEntry entry = Lane.Parse(Lane.Text("""
                mov.u32 %r1, %tid.x;
                mov.u32 %r2, %ctaid.x;
                mov.u32 %r3, %ntid.x;
                mov.u32 %r4, %nctaid.x;
                mov.u32 %r5, %laneid;
                mov.u32 %r6, %ctaid.y;
                mad.lo.u32 %r7, %r2, %r3, %r1;
                mul.lo.u32 %r8, %r2, 100000;
                mad.lo.u32 %r8, %r4, 10000, %r8;
                mad.lo.u32 %r8, %r5, 100, %r8;
                add.u32 %r8, %r8, %r1;
                add.u32 %r8, %r8, %r6;
                ld.param.u64 %d0, [out];
                mad.wide.u32 %d0, %r7, 4, %d0;
                st.global.u32 [%d0], %r8;
            """));
        PtxLauncher.Launch(entry, 3, 64, 0, [output], memory);
        Assert.Equal(Enumerable.Range(0, 3 * 64).Select(i => (uint)(i / 64 * 100000 + 3 * 10000 + i % 32 * 100 + i % 64)),
            memory.Download<uint>(output, 3 * 64));
    }
}
