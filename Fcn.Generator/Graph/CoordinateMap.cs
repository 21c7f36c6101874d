namespace Fcn.Generator.Graph;

// Where an output pixel lies in the coordinates of another map: out = Scale * in + Shift, exact (Caffe python/caffe/coord_map.py).
internal readonly record struct CoordinateMap(Rational Scale, Rational Shift)
{
    public static readonly CoordinateMap Identity = new(1, 0);

    /// Convolution and pooling: out = (in + pad - (extent - 1) / 2) / stride, extent = (kernel - 1) dilation + 1.
    public static CoordinateMap Window(int kernel, int stride, int pad, int dilation = 1) =>
        new(new(1, stride), new(2 * pad - (kernel - 1) * dilation, 2 * stride));

    /// Transposed convolution: out = stride in + (kernel - 1) / 2 - pad.
    public static CoordinateMap Transposed(int kernel, int stride, int pad) => new(stride, new(kernel - 1 - 2 * pad, 2));

    /// First this map, then the next.
    public CoordinateMap Then(CoordinateMap next) => new(next.Scale * Scale, next.Scale * Shift + next.Shift);
}

internal readonly record struct Rational
{
    public Rational(long numerator, long denominator)
    {
        long divisor = Gcd(Math.Abs(numerator), Math.Abs(denominator)) * Math.Sign(denominator);
        (Numerator, Denominator) = (numerator / divisor, denominator / divisor);
    }

    public long Numerator { get; }

    public long Denominator { get; }

    public bool IsWhole => Denominator == 1;

    public static implicit operator Rational(int value) => new(value, 1);

    public static Rational operator +(Rational a, Rational b) =>
        new(a.Numerator * b.Denominator + b.Numerator * a.Denominator, a.Denominator * b.Denominator);

    public static Rational operator -(Rational a) => new(-a.Numerator, a.Denominator);

    public static Rational operator *(Rational a, Rational b) => new(a.Numerator * b.Numerator, a.Denominator * b.Denominator);

    public static Rational operator /(Rational a, Rational b) => new(a.Numerator * b.Denominator, a.Denominator * b.Numerator);

    public override string ToString() =>
        IsWhole ? FormattableString.Invariant($"{Numerator}") : FormattableString.Invariant($"{Numerator}/{Denominator}");

    public static int Lcm(int a, int b) => checked((int)(a / Gcd(a, b) * b));

    private static long Gcd(long a, long b) => b == 0 ? a : Gcd(b, a % b);
}
