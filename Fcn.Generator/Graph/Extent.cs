namespace Fcn.Generator.Graph;

// Height or width of a map as a formula of the input's n: Multiply * ceil((base + Inner) / Divide) + Offset, base = n or another extent.
// Convolution, ceil pooling and upsampling keep this form, so every published network has formulas like ceil((n+198)/8).
internal sealed record Extent(Extent? Base, int Multiply, int Inner, int Divide, int Offset)
{
    public static readonly Extent Input = new(null, 1, 0, 1, 0);

    public Extent Plus(int pixels) => this with { Offset = Offset + pixels };

    public Extent Times(int factor) => this with { Multiply = Multiply * factor, Offset = Offset * factor };

    /// ceil((this + plus) / by). Nested ceilings of whole numbers collapse: ceil((ceil(x/a) + c) / b) = ceil((x + a c) / (a b)).
    public Extent CeilDivide(int plus, int by) =>
        by == 1 ? Plus(plus)
        : Multiply == 1 ? new(Base, 1, Inner + Divide * (Offset + plus), Divide * by, 0)
        : Multiply % by == 0 ? this with { Multiply = Multiply / by, Offset = Ceil(Offset + plus, by) }
        : new(this, 1, plus, by, 0);

    /// Caffe and torch: floor((this + 2 pad - kernel) / stride) + 1.
    public Extent Convolve(int kernel, int stride, int pad, int dilation) =>
        CeilDivide(2 * pad - ((kernel - 1) * dilation + 1) + 1, stride);

    /// Caffe: ceil((this + 2 pad - kernel) / stride) + 1, less one where the last window would start behind the map and its left padding.
    public Extent PoolUp(int kernel, int stride, int pad) =>
        CeilDivide(Math.Min(2 * pad - kernel + stride, pad == 0 ? int.MaxValue : pad), stride);

    /// Transposed convolution: stride (this - 1) + kernel - 2 pad.
    public Extent Deconvolve(int kernel, int stride, int pad) => Times(stride).Plus(kernel - stride - 2 * pad);

    /// The formula rises by the same amount whenever n rises by this much: of two formulas with equal slopes, what holds for n = 1 ..
    /// Period holds for all n.
    public int Period => checked(Divide * (Base?.Period ?? 1));

    public int At(int n) => checked(Multiply * Ceil((Base?.At(n) ?? n) + Inner, Divide) + Offset);

    /// The formula as an author writes it: H, H+198, ⌈(H+198)/8⌉, 32⌈(H+6)/32⌉-160.
    public string Format(string variable)
    {
        string inner = Base is null ? variable : Base.Format(variable);
        string bound = Divide == 1 ? Signed(inner, Inner) : $"⌈{Fraction(inner, Inner)}/{Divide}⌉";
        if (Divide == 1 && Multiply == 1) return Signed(inner, Inner + Offset);
        if (Multiply != 1) bound = Divide == 1 && Inner != 0 ? $"{Multiply}({bound})" : $"{Multiply}{bound}";
        return Signed(bound, Offset);
    }

    /// The formula in C#: CeilDivide is a function of the runtime that is exact for negative numbers too.
    public string Code(string variable)
    {
        string inner = Base is null ? variable : Base.Code(variable);
        string bound = Divide == 1 ? Spaced(inner, Inner) : $"global::Fcn.Extents.CeilDivide({Spaced(inner, Inner)}, {Literal(Divide)})";
        if (Divide == 1 && Multiply == 1) return Spaced(inner, Inner + Offset);
        if (Multiply != 1) bound = $"{Literal(Multiply)} * {(Divide == 1 && Inner != 0 ? $"({bound})" : bound)}";
        return Spaced(bound, Offset);
    }

    public override string ToString() => Format("n");

    private static int Ceil(int value, int by) => value >= 0 ? (value + by - 1) / by : -(-value / by);

    private static string Fraction(string text, int plus) => plus == 0 ? text : $"({Signed(text, plus)})";

    private static string Signed(string text, int plus) =>
        plus == 0 ? text : plus > 0 ? $"{text}+{Literal(plus)}" : $"{text}-{Literal(-plus)}";

    private static string Spaced(string text, int plus) =>
        plus == 0 ? text : plus > 0 ? $"{text} + {Literal(plus)}" : $"{text} - {Literal(-plus)}";

    private static string Literal(int value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
