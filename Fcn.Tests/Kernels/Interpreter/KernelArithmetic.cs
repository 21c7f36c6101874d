using System.Collections.Concurrent;
using System.Linq.Expressions;
using Fcn.Generator.Kernels;
using static System.Linq.Expressions.Expression;

namespace Fcn.Tests.Kernels;

// What every lane-wise op means, stated once for scalars; vectors do the same in every lane. Whole numbers are exact or an error, other
// numbers are doubles (rounded after every operation on Float where single precision is asked for), both arms of a Select are evaluated.
internal static class KernelArithmetic
{
    private static readonly ConcurrentDictionary<(KernelOp, Element, Element, bool), Delegate> Lanewise = new();

    /// Scalar meaning of a lane-wise op, as code. The operands are of the given element, a Select's arms that is.
    public static Expression Scalar(KernelOp op, Element operand, Element result, bool single, IReadOnlyList<Expression> s)
    {
        bool whole = operand is Element.Byte or Element.Int or Element.Index;
        return Round(op switch
        {
            KernelOp.Add => whole ? AddChecked(s[0], s[1]) : Expression.Add(s[0], s[1]),
            KernelOp.Subtract => whole ? SubtractChecked(s[0], s[1]) : Expression.Subtract(s[0], s[1]),
            KernelOp.Multiply => whole ? MultiplyChecked(s[0], s[1]) : Expression.Multiply(s[0], s[1]),
            KernelOp.Divide => whole ? Whole(nameof(Divide), operand, s) : Expression.Divide(s[0], s[1]),
            KernelOp.Remainder => Whole(nameof(Remainder), operand, s),
            KernelOp.Minimum => whole ? Call(typeof(Math), nameof(Math.Min), null, s[0], s[1]) : Own(nameof(Minimum), s),
            KernelOp.Maximum => whole ? Call(typeof(Math), nameof(Math.Max), null, s[0], s[1]) : Own(nameof(Maximum), s),
            KernelOp.FusedMultiplyAdd => Expression.Add(Expression.Multiply(s[0], s[1]), s[2]),
            KernelOp.Exponential => Call(typeof(Math), nameof(Math.Exp), null, s[0]),
            KernelOp.Logarithm => Call(typeof(Math), nameof(Math.Log), null, s[0]),
            KernelOp.Less => LessThan(s[0], s[1]),
            KernelOp.LessOrEqual => LessThanOrEqual(s[0], s[1]),
            KernelOp.Equal => Expression.Equal(s[0], s[1]),
            KernelOp.And => Expression.And(s[0], s[1]),
            KernelOp.Or => Expression.Or(s[0], s[1]),
            KernelOp.Select => Call(typeof(KernelArithmetic), nameof(Select), [s[1].Type], s[0], s[1], s[2]),
            KernelOp.Convert => To(result, operand, s[0]),
            KernelOp.Uniform => Own(nameof(Uniform), [s[0], Expression.Convert(s[1], typeof(long))]),
            KernelOp.Xor => ExclusiveOr(s[0], s[1]),
            KernelOp.ShiftLeft => LeftShift(s[0], s[1]),
            KernelOp.ShiftRight => Own(nameof(ShiftRight), s),
            KernelOp.MultiplyHigh => Own(nameof(MultiplyHigh), s),
            KernelOp.DivisorMagic => Call(typeof(Divisor), nameof(Divisor.Magic), null, s[0]),
            KernelOp.DivisorShift => Call(typeof(Divisor), nameof(Divisor.Shift), null, s[0]),
            < KernelOp.Add or > KernelOp.Uniform => throw new InvalidOperationException($"{op} does not go lane by lane."),
        }, result, single);
    }

    /// The same on vectors: a double per lane, truth being 1.
    public static Expression Vector(KernelOp op, Element operand, Element result, bool single, IReadOnlyList<Expression> s)
    {
        var lane = Lanewise.GetOrAdd((op, operand, result, single), key =>
        {
            var lanes = s.Select((_, i) => Parameter(typeof(double))).ToList();
            var scalars = lanes.Select((l, i) => FromLane(l, op == KernelOp.Select && i == 0 ? Element.Bool : operand));
            return Lambda(ToLane(Scalar(op, operand, result, single, [.. scalars])), lanes).Compile();
        });
        return Call(typeof(KernelArithmetic), nameof(Each), null, [.. s, Expression.Constant(lane)]);
    }

    public static Type TypeOf(Element element) => element switch
    {
        Element.Bool => typeof(bool),
        Element.Byte or Element.Int => typeof(int),
        Element.Index => typeof(long),
        Element.Float or Element.Double => typeof(double),
        Element.BFloat16 or Element.TensorFloat or Element.Word => throw Gpu(element),
    };

    public static Expression FromLane(Expression lane, Element element) =>
        element == Element.Bool ? NotEqual(lane, Expression.Constant(0.0))
        : lane.Type == TypeOf(element) ? lane : Expression.Convert(lane, TypeOf(element));

    public static Expression ToLane(Expression scalar) =>
        scalar.Type == typeof(bool) ? Condition(scalar, Expression.Constant(1.0), Expression.Constant(0.0))
        : scalar.Type == typeof(double) ? scalar : Expression.Convert(scalar, typeof(double));

    public static Expression Round(Expression number, Element element, bool single) =>
        single && element == Element.Float ? Expression.Convert(Expression.Convert(number, typeof(float)), typeof(double)) : number;

    // A NaN in the second operand stays, one in the first does not: minps, maxps.
    public static double Minimum(double a, double b) => a < b ? a : b;

    public static double Maximum(double a, double b) => a > b ? a : b;

    public static T Select<T>(bool condition, T a, T b) => condition ? a : b;

    public static long Divide(long a, long b) => Counts(a, b) ? a / b : throw Refuse($"divides {a} by {b}");

    public static long Remainder(long a, long b) => Counts(a, b) ? a % b : throw Refuse($"takes the remainder of {a} by {b}");

    public static int ShiftRight(int a, int bits) => unchecked((int)((uint)a >> bits));

    public static int MultiplyHigh(int a, int b) => unchecked((int)(((ulong)(uint)a * (uint)b) >> 32));

    // As Lanes.Uniform of the runtime states it: two rounds, each under the key that seed and high half give.
    public static double Uniform(int seed, long counter)
    {
        uint hash = unchecked(Mix(Mix((uint)counter ^ Key((uint)seed, counter)) ^ (uint)seed));
        return (hash >> 8) * (1.0 / 16777216);
    }

    // Halves added to each other down to one lane.
    public static double Sum(double[] lanes, bool single)
    {
        var sums = (double[])lanes.Clone();
        for (int half = sums.Length / 2; half > 0; half /= 2)
            for (int i = 0; i < half; i++) sums[i] = single ? (float)(sums[i] + sums[i + half]) : sums[i] + sums[i + half];
        return sums[0];
    }

    public static double Least(double[] lanes) => lanes.Aggregate(Minimum);

    public static double Greatest(double[] lanes) => lanes.Aggregate(Maximum);

    public static double[] Spread(double value, int lanes)
    {
        var values = new double[lanes];
        for (int i = 0; i < lanes; i++) values[i] = value;
        return values;
    }

    private static double[] Each(double[] a, Func<double, double> lane)
    {
        var values = new double[a.Length];
        for (int i = 0; i < values.Length; i++) values[i] = lane(a[i]);
        return values;
    }

    private static double[] Each(double[] a, double[] b, Func<double, double, double> lane)
    {
        var values = new double[a.Length];
        for (int i = 0; i < values.Length; i++) values[i] = lane(a[i], b[i]);
        return values;
    }

    private static double[] Each(double[] a, double[] b, double[] c, Func<double, double, double, double> lane)
    {
        var values = new double[a.Length];
        for (int i = 0; i < values.Length; i++) values[i] = lane(a[i], b[i], c[i]);
        return values;
    }

    // Towards zero from a number, exact among whole numbers, an error where the value does not fit.
    private static Expression To(Element result, Element operand, Expression value) => result switch
    {
        Element.Float or Element.Double => operand is Element.Float or Element.Double ? value : Expression.Convert(value, typeof(double)),
        Element.Byte => Own(nameof(Byte), [Expression.ConvertChecked(value, typeof(long))]),
        Element.Int => Expression.ConvertChecked(value, typeof(int)),
        Element.Index => Expression.ConvertChecked(value, typeof(long)),
        Element.Bool => throw new InvalidOperationException("Nothing converts to Bool."),
        Element.BFloat16 or Element.TensorFloat or Element.Word => throw Gpu(result),
    };

    private static int Byte(long value) => value is >= 0 and <= 255 ? (int)value : throw Refuse($"converts {value} to a byte");

    private static KernelFault Gpu(Element element) => new($"{element} is for matrix units, which this interpreter has not");

    private static KernelFault Refuse(FormattableString fault) => new(FormattableString.Invariant(fault));

    private static bool Counts(long a, long b) => a >= 0 && b > 0;

    private static uint Key(uint seed, long counter) => unchecked(Mix(Mix(seed + 0x9E3779B9u) ^ (uint)(counter >> 32)));

    // The finaliser of MurmurHash3.
    private static uint Mix(uint x)
    {
        x = unchecked((x ^ (x >> 16)) * 0x85EBCA6Bu);
        x = unchecked((x ^ (x >> 13)) * 0xC2B2AE35u);
        return x ^ (x >> 16);
    }

    private static Expression Own(string name, IReadOnlyList<Expression> s) => Call(typeof(KernelArithmetic), name, null, [.. s]);

    private static Expression Whole(string name, Element element, IReadOnlyList<Expression> s) =>
        Expression.Convert(Own(name, [.. s.Select(e => Expression.Convert(e, typeof(long)))]), TypeOf(element));
}
