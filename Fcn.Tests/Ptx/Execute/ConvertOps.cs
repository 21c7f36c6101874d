namespace Fcn.Tests.Ptx;

internal struct Same<T> : IUnary<T, T> { public static T Of(T a) => a; }
internal struct AddWide : IBinary<uint, uint, ulong> { public static ulong Of(uint a, uint b) => a + b; }
internal struct Join16 : IBinary<uint, uint, uint> { public static uint Of(uint low, uint high) => low | high << 16; }
internal struct Join32 : IBinary<uint, uint, ulong> { public static ulong Of(uint low, uint high) => low | (ulong)high << 32; }

/// mov {low, high}, a; a half that nobody wants has no target.
internal sealed unsafe class Split(int?[] targets, int a, bool wide) : Instruction
{
    public override void Execute(Warp w, uint mask)
    {
        w.Need(a, mask, this);
        uint* low = stackalloc uint[32], high = stackalloc uint[32];
        for (int i = 0; i < 32; i++)
        {
            ulong value = wide ? ((ulong*)w.Lanes(a))[i] : ((uint*)w.Lanes(a))[i];
            (low[i], high[i]) = wide ? ((uint)value, (uint)(value >> 32)) : ((ushort)value, (uint)(value >> 16));
        }
        for (int k = 0; k < 2; k++)
        {
            if (targets[k] is not { } slot) continue;
            for (int i = 0; i < 32; i++) if ((mask >> i & 1) != 0) ((uint*)w.Lanes(slot))[i] = k == 0 ? low[i] : high[i];
            w.Give(slot, mask);
        }
    }
}

internal struct Relu : IUnary<float, float> { public static float Of(float a) => a < 0 ? 0 : a; }

// To the nearest, ties to even; a NaN becomes the canonical one.
internal struct ToBF16 : IUnary<float, uint>
{
    public static uint Of(float a)
    {
        uint bits = BitConverter.SingleToUInt32Bits(a);
        return float.IsNaN(a) ? 0x7FFF : (bits + 0x7FFF + (bits >> 16 & 1)) >> 16;
    }
}

internal struct ToF16 : IUnary<float, uint>
{
    public static uint Of(float a) => float.IsNaN(a) ? 0x7FFFu : BitConverter.HalfToUInt16Bits((Half)a);
}

internal struct FromF16 : IUnary<uint, float> { public static float Of(uint a) => (float)BitConverter.UInt16BitsToHalf((ushort)a); }
internal struct FromBF16 : IUnary<uint, float> { public static float Of(uint a) => BitConverter.UInt32BitsToSingle(a << 16); }

// To the nearest of 10 bits of mantissa, ties away from zero.
internal struct ToTF32 : IUnary<float, uint>
{
    public static uint Of(float a) => float.IsNaN(a) ? 0x7FFFFFFF : (BitConverter.SingleToUInt32Bits(a) + 0x1000) & 0xFFFFE000;
}

internal struct After<A, B, R, TFirst, TThen> : IUnary<A, R> where TFirst : struct, IUnary<A, B> where TThen : struct, IUnary<B, R>
{
    public static R Of(A a) => TThen.Of(TFirst.Of(a));
}

// cvt to a pair: the first source is the upper half.
internal struct Pack<TOp> : IBinary<float, float, uint> where TOp : struct, IUnary<float, uint>
{
    public static uint Of(float high, float low) => TOp.Of(high) << 16 | TOp.Of(low);
}

internal enum Rounding { None, Nearest, Zero, NearestInteger, ZeroInteger, DownInteger, UpInteger }

/// cvt between integers, floats and doubles. Registers may be wider than the types: results are extended as the target type says.
internal sealed unsafe class ConvertNumber(int d, PtxType to, int toBits, int a, PtxType from, bool fromWide, Rounding rounding,
    bool saturate)
    : Instruction
{
    public override void Execute(Warp w, uint mask)
    {
        w.Need(a, mask, this);
        for (int i = 0; i < 32; i++)
        {
            if ((mask >> i & 1) == 0) continue;
            ulong raw = fromWide ? ((ulong*)w.Lanes(a))[i] : ((uint*)w.Lanes(a))[i];
            ulong result = from.IsFloat() ? OfFloat(raw) : OfInteger(raw);
            if (toBits == 64) ((ulong*)w.Lanes(d))[i] = result;
            else ((uint*)w.Lanes(d))[i] = toBits == 16 ? (ushort)result : (uint)result;
        }
        w.Give(d, mask);
    }

    private ulong OfInteger(ulong raw)
    {
        int spare = 64 - from.Size() * 8;
        long value = from.IsSigned() ? (long)(raw << spare) >> spare : (long)(raw << spare >>> spare);
        bool isBig = from == PtxType.U64 && value < 0;
        if (to == PtxType.F64) return BitConverter.DoubleToUInt64Bits(isBig ? (double)(ulong)value : value);
        if (to == PtxType.F32) return BitConverter.SingleToUInt32Bits(Single(value, isBig));
        if (saturate) value = (long)(ulong)Int128.Clamp(isBig ? (ulong)value : value, Least, Most);
        return Extend((ulong)value);
    }

    // Once rounded: what a double cannot hold is shortened first, its lost bits kept in the last one.
    private static float Single(long value, bool isBig)
    {
        if (!isBig && Math.Abs((double)value) < 1L << 53) return (float)(double)value;
        ulong size = isBig || value >= 0 ? (ulong)value : 0 - (ulong)value;
        ulong shortened = size >> 11 | ((size & 0x7FF) != 0 ? 1ul : 0);
        float result = (float)(double)shortened * 2048;
        return !isBig && value < 0 ? -result : result;
    }

    private ulong OfFloat(ulong raw)
    {
        double value = from == PtxType.F32 ? BitConverter.UInt32BitsToSingle((uint)raw) : BitConverter.UInt64BitsToDouble(raw);
        value = rounding switch
        {
            Rounding.NearestInteger => Math.Round(value, MidpointRounding.ToEven),
            Rounding.ZeroInteger => Math.Truncate(value),
            Rounding.DownInteger => Math.Floor(value),
            Rounding.UpInteger => Math.Ceiling(value),
            _ => value,
        };
        if (saturate && to.IsFloat()) value = double.IsNaN(value) ? 0 : Math.Clamp(value, 0, 1);
        if (to == PtxType.F64) return BitConverter.DoubleToUInt64Bits(value);
        if (to == PtxType.F32)
        {
            float single = (float)value;
            if (rounding == Rounding.Zero && Math.Abs((double)single) > Math.Abs(value))
                single = BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(single) - 1);
            return BitConverter.SingleToUInt32Bits(single);
        }
        if (double.IsNaN(value)) return 0;
        if (to == PtxType.U64) return (ulong)value;
        return to == PtxType.S64 ? (ulong)(long)value : Extend((ulong)(long)Math.Clamp(value, (double)Least, (double)Most));
    }

    private ulong Extend(ulong value)
    {
        int spare = 64 - to.Size() * 8;
        return to.IsSigned() ? (ulong)((long)(value << spare) >> spare) : value << spare >>> spare;
    }

    private Int128 Least => to.IsSigned() ? -(Int128.One << to.Size() * 8 - 1) : 0;

    private Int128 Most => (Int128.One << to.Size() * 8 - (to.IsSigned() ? 1 : 0)) - 1;
}
