using Fcn.Generator.Kernels;
using static Fcn.Generator.Kernels.Value;

namespace Fcn.Tests.Targets;

/// <summary>An operation on x[thread] and y[thread], of elements In, to elements Out, and what it must give for numbers x and y.</summary>
internal sealed record PtxOp(string Name, Element In, Element Out, Func<Value, Value, Value> Build, Func<double, double, double> Expected)
{
    /// <summary>Relative error that is right; 0 for exact.</summary>
    public double Tolerance { get; init; }

    public const int Threads = 32;

    public Kernel Kernel()
    {
        var k = new KernelBuilder();
        var (x, y, result) = (Field("x", KernelType.To(In)), Field("y", KernelType.To(In)), Field("out", KernelType.To(Out)));
        var at = k.Let("at", Item * Threads + Value.Thread);
        k.Store(result, at, Build(x.Load(at), y.Load(at)));
        return k.Build(Name, $"{Name}: one operation") with { Threads = Threads };
    }
}

/// <summary>Every operation on scalars that the renderer knows.</summary>
internal static class PtxOps
{
    private const Element Int = Element.Int, Index = Element.Index, Real = Element.Float, Double = Element.Double, Byte = Element.Byte;

    public static readonly IReadOnlyList<PtxOp> All =
    [
        new("add_int", Int, Int, (x, y) => x + y, (x, y) => x + y),
        new("subtract_int", Int, Int, (x, y) => x - y, (x, y) => x - y),
        new("multiply_int", Int, Int, (x, y) => x * y, (x, y) => (int)x * (int)y),
        new("divide_int", Int, Int, (x, y) => Max(x, 0) / Max(y, 1), (x, y) => Math.Max((int)x, 0) / Math.Max((int)y, 1)),
        new("divide_seven", Int, Int, (x, _) => Max(x, 0) / 7, (x, _) => Math.Max((int)x, 0) / 7),
        new("remainder_int", Int, Int, (x, y) => Max(x, 0) % Max(y, 1), (x, y) => Math.Max((int)x, 0) % Math.Max((int)y, 1)),
        new("minimum_int", Int, Int, Min, (x, y) => Math.Min(x, y)),
        new("maximum_int", Int, Int, Max, (x, y) => Math.Max(x, y)),
        new("and_int", Int, Int, (x, y) => x & y, (x, y) => (int)x & (int)y),
        new("or_int", Int, Int, (x, y) => x | y, (x, y) => (int)x | (int)y),
        new("xor_int", Int, Int, (x, y) => x ^ y, (x, y) => (int)x ^ (int)y),
        new("shift_left", Int, Int, (x, y) => x << 3, (x, y) => (int)x << 3),
        new("shift_left_by", Int, Int, (x, y) => ShiftLeft(x, y & 7), (x, y) => (int)x << ((int)y & 7)),
        new("shift_right", Int, Int, (x, y) => Max(x, 0) >> 2, (x, y) => Math.Max((int)x, 0) >> 2),
        new("shift_right_zeros", Int, Int, (x, y) => x >> 3, (x, y) => (int)((uint)(int)x >> 3)),
        new("multiply_high", Int, Int, (x, y) => MultiplyHigh(x * -715827883, y * 99991),
            (x, y) => (int)(((ulong)(uint)((int)x * -715827883) * (uint)((int)y * 99991)) >> 32)),
        new("less_int", Int, Int, (x, y) => Select(x < y, Whole(1), Whole(0)), (x, y) => x < y ? 1 : 0),
        new("less_or_equal_int", Int, Int, (x, y) => Select(x <= y, Whole(1), Whole(0)), (x, y) => x <= y ? 1 : 0),
        new("equal_int", Int, Int, (x, y) => Select((x & 1).Equals(y & 1), Whole(1), Whole(0)), (x, y) => ((int)x & 1) == ((int)y & 1) ? 1 : 0),
        new("both", Int, Int, (x, y) => Select((x < 3) & (y < 5), Whole(1), Whole(0)), (x, y) => x < 3 && y < 5 ? 1 : 0),
        new("either", Int, Int, (x, y) => Select((x < 3) | (y < 5), Whole(1), Whole(0)), (x, y) => x < 3 || y < 5 ? 1 : 0),
        new("choose_truth", Int, Int, (x, y) => Select(Select(x < 3, y < 5, x < y), Whole(1), Whole(0)), (x, y) => (x < 3 ? y < 5 : x < y) ? 1 : 0),
        new("literal_truth", Int, Int, (x, y) => Select((Whole(1) < Whole(2)) & (x < y), x, y), (x, y) => x < y ? x : y),
        new("int_to_index", Int, Index, (x, y) => x.To(Index) * y.To(Index) + x, (x, y) => x * y + x),

        new("add_index", Index, Index, (x, y) => x + y, (x, y) => x + y),
        new("subtract_index", Index, Index, (x, y) => x - y, (x, y) => x - y),
        new("multiply_index", Index, Index, (x, y) => x * y, (x, y) => x * y),
        new("divide_index", Index, Index, (x, y) => Max(x, 0) / Max(y, 1), (x, y) => Math.Floor(Math.Max(x, 0) / Math.Max(y, 1))),
        new("remainder_index", Index, Index, (x, y) => Max(x, 0) % Max(y, 1), (x, y) => (long)Math.Max(x, 0) % (long)Math.Max(y, 1)),
        new("minimum_index", Index, Index, Min, (x, y) => Math.Min(x, y)),
        new("less_index", Index, Int, (x, y) => Select(x < y, Whole(1), Whole(0)), (x, y) => x < y ? 1 : 0),
        new("index_to_int", Index, Int, (x, y) => (x - y).To(Int), (x, y) => x - y),
        new("choose_index", Index, Index, (x, y) => Select(x < y, x, y), (x, y) => Math.Min(x, y)),

        new("add_float", Real, Real, (x, y) => x + y, (x, y) => (float)x + (float)y),
        new("subtract_float", Real, Real, (x, y) => x - y, (x, y) => (float)x - (float)y),
        new("multiply_float", Real, Real, (x, y) => x * y, (x, y) => (float)x * (float)y),
        new("not_contracted", Real, Real, (x, y) => x * y + x, (x, y) => (float)((float)x * (float)y) + (float)x),
        new("fused", Real, Real, (x, y) => MultiplyAdd(x, y, x), (x, y) => float.FusedMultiplyAdd((float)x, (float)y, (float)x)),
        new("divide_float", Real, Real, (x, y) => x / y, (x, y) => (float)x / (float)y),
        new("minimum_float", Real, Real, Min, (x, y) => x < y ? x : y),
        new("maximum_float", Real, Real, Max, (x, y) => x > y ? x : y),
        new("relu", Real, Real, (x, _) => Max(Float(0), x), (x, _) => 0 > x ? 0 : x),
        new("exp", Real, Real, (x, _) => x.Exp(), (x, _) => Math.Exp(x)) { Tolerance = 1e-6 },
        new("log", Real, Real, (x, _) => (x * x + Float(2)).Log(), (x, _) => Math.Log((float)((float)x * (float)x) + 2f)) { Tolerance = 1e-6 },
        new("less_float", Real, Int, (x, y) => Select(x < y, Whole(1), Whole(0)), (x, y) => x < y ? 1 : 0),
        new("equal_float", Real, Int, (x, y) => Select(x.Equals(y), Whole(1), Whole(0)), (x, y) => x == y ? 1 : 0),
        new("choose_float", Real, Real, (x, y) => Select(x <= y, x, y), (x, y) => x <= y ? x : y),
        new("float_to_int", Real, Int, (x, _) => Select(x < Float(1e6), x, Float(7)).To(Int), (x, _) => x < 1e6 ? Math.Truncate(x) : 7),
        new("float_to_index", Real, Index, (x, _) => Select(x < Float(1e6), x, Float(7)).To(Index), (x, _) => x < 1e6 ? Math.Truncate(x) : 7),
        new("float_to_byte", Real, Byte, (x, _) => Select((x < Float(255)) & (Float(0) <= x), x, Float(7)).To(Byte), (x, _) => x is < 255 and >= 0 ? Math.Truncate(x) : 7),
        new("float_to_double", Real, Double, (x, y) => x.To(Double) * y.To(Double), (x, y) => x * y),
        new("float_to_tf32", Real, Real, (x, _) => x.To(Element.TensorFloat).To(Real), (x, _) => Formats.TensorFloat((float)x)),
        new("float_to_bf16", Real, Real, (x, _) => x.To(Element.BFloat16).To(Real), (x, _) => Formats.BFloat16((float)x)),
        new("bits", Real, Int, (x, _) => x.Bits(Int) & 0x7fffff, (x, _) => BitConverter.SingleToInt32Bits((float)x) & 0x7fffff),
        new("bits_back", Int, Real, (x, _) => ((x & 0xff) | 0x3f800000).Bits(Real), (x, _) => BitConverter.Int32BitsToSingle(((int)x & 0xff) | 0x3f800000)),

        new("int_to_float", Int, Real, (x, _) => x.To(Real), (x, _) => (float)x),
        new("index_to_float", Index, Real, (x, _) => x.To(Real), (x, _) => (float)(long)x),
        new("int_to_double", Int, Double, (x, _) => x.To(Double), (x, _) => x),
        new("index_to_double", Index, Double, (x, _) => x.To(Double), (x, _) => x),
        new("int_to_byte", Int, Byte, (x, _) => (x & 0xff).To(Byte), (x, _) => (int)x & 0xff),
        new("byte_to_int", Byte, Int, (x, y) => x.To(Int) - y.To(Int), (x, y) => x - y),
        new("byte_to_index", Byte, Index, (x, y) => x.To(Index) - y.To(Index), (x, y) => x - y),
        new("byte_to_float", Byte, Real, (x, _) => x.To(Real), (x, _) => x),
        new("byte_less", Byte, Int, (x, y) => Select(x < y, Whole(1), Whole(0)), (x, y) => x < y ? 1 : 0),
        new("tf32_to_float", Element.TensorFloat, Real, (x, y) => x.To(Real) * y.To(Real), (x, y) => (float)x * (float)y),
        new("bf16_to_float", Element.BFloat16, Real, (x, y) => x.To(Real) * y.To(Real), (x, y) => (float)x * (float)y),
        new("bf16_to_tf32", Element.BFloat16, Element.TensorFloat, (x, _) => x.To(Element.TensorFloat), (x, _) => x),

        new("add_double", Double, Double, (x, y) => x + y, (x, y) => x + y),
        new("subtract_double", Double, Double, (x, y) => x - y, (x, y) => x - y),
        new("multiply_double", Double, Double, (x, y) => x * y, (x, y) => x * y),
        new("divide_double", Double, Double, (x, y) => x / y, (x, y) => x / y),
        new("fused_double", Double, Double, (x, y) => MultiplyAdd(x, y, y), (x, y) => Math.FusedMultiplyAdd(x, y, y)),
        new("maximum_double", Double, Double, Max, (x, y) => x > y ? x : y),
        new("double_to_float", Double, Real, (x, y) => (x + y).To(Real), (x, y) => (float)(x + y)),
        new("double_to_int", Double, Int, (x, _) => Select(x < Wide(1e6), x, Wide(7)).To(Int), (x, _) => x < 1e6 ? Math.Truncate(x) : 7),

        new("uniform", Int, Real, (x, y) => Uniform(x, y), (x, y) => Fcn.Devices.Cpu.Lanes.Uniform((int)x, (int)y)),
        new("uniform_index", Int, Real, (x, y) => Uniform(x, y.To(Index) * 0x100000001), (x, y) => Fcn.Devices.Cpu.Lanes.Uniform((int)x, (long)y * 0x100000001)),
    ];

    private static Value Whole(long number) => Value.Int(number);

    private static Value Wide(double number) => Value.Double(number);
}

/// <summary>Rounding to the formats of matrix units, said independently of any kernel.</summary>
internal static class Formats
{
    /// <summary>To the nearest with 8 bits of mantissa, ties to even.</summary>
    public static float BFloat16(float x)
    {
        if (float.IsNaN(x)) return x;
        uint bits = BitConverter.SingleToUInt32Bits(x);
        return BitConverter.UInt32BitsToSingle((bits + 0x7fff + ((bits >> 16) & 1)) & 0xffff0000);
    }

    /// <summary>To the nearest with 11 bits of mantissa, ties away from zero.</summary>
    public static float TensorFloat(float x) =>
        float.IsFinite(x) ? BitConverter.UInt32BitsToSingle((BitConverter.SingleToUInt32Bits(x) + 0x1000) & 0xffffe000) : x;
}
