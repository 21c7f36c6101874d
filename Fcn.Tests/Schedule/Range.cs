namespace Fcn.Tests.Schedule;

/// The values that a whole number can take.
internal readonly record struct Range(Int128 Low, Int128 High)
{
    public static readonly Range Int = new(int.MinValue, int.MaxValue), Index = new(long.MinValue, long.MaxValue);
    public static readonly Range Truth = new(0, 1), Byte = new(0, 255);

    public static Range Of(Int128 value) => new(value, value);

    /// 2 to the power of the range.
    public Range Power => new(Int128.One << (int)Low, Int128.One << (int)High);

    public bool Within(Range other) => Low >= other.Low && High <= other.High;

    public Range Join(Range other) => new(Int128.Min(Low, other.Low), Int128.Max(High, other.High));

    public Range Clamp(Range to) => new(Int128.Clamp(Low, to.Low, to.High), Int128.Clamp(High, to.Low, to.High));

    public static Range operator +(Range a, Range b) => new(a.Low + b.Low, a.High + b.High);

    public static Range operator -(Range a, Range b) => new(a.Low - b.High, a.High - b.Low);

    public static Range operator *(Range a, Range b) => Corners(a, b, static (x, y) => x * y);

    /// By 1 or more.
    public static Range operator /(Range a, Range b) => Corners(a, b, static (x, y) => x / y);

    private static Range Corners(Range a, Range b, Func<Int128, Int128, Int128> of)
    {
        Int128 p = of(a.Low, b.Low), q = of(a.Low, b.High), r = of(a.High, b.Low), s = of(a.High, b.High);
        return new(Int128.Min(Int128.Min(p, q), Int128.Min(r, s)), Int128.Max(Int128.Max(p, q), Int128.Max(r, s)));
    }
}
