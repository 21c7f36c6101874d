namespace Fcn.Generator.Kernels;

// Type of a value: an element, how many lanes of it, or a pointer to it, in global memory or in that which a block of threads shares.
internal readonly record struct KernelType(Element Element, int Lanes = 1, bool Pointer = false, bool Shared = false)
{
    public static readonly KernelType Bool = new(Element.Bool);
    public static readonly KernelType Int = new(Element.Int);
    public static readonly KernelType Index = new(Element.Index);
    public static readonly KernelType Float = new(Element.Float);
    public static readonly KernelType Double = new(Element.Double);
    public static readonly KernelType Word = new(Element.Word);

    public static KernelType Vector(int lanes) => new(Element.Float, lanes);

    public static KernelType To(Element element) => new(element, 1, true);

    public bool IsWhole => Element is Element.Int or Element.Index or Element.Byte && !Pointer;

    public override string ToString() => (Element.ToString().ToLowerInvariant()) + (Lanes > 1 ? $"x{Literal(Lanes)}" : "") + (Shared ? " shared" : "") + (Pointer ? "*" : "");

    private static string Literal(int value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

internal static class ElementSize
{
    /// Bytes of an element in memory.
    public static int Bytes(this Element element) => element switch
    {
        Element.Bool or Element.Byte => 1,
        Element.BFloat16 => 2,
        Element.Int or Element.Float or Element.TensorFloat or Element.Word => 4,
        Element.Index or Element.Double => 8,
    };
}

internal enum Element
{
    Bool,
    Byte,
    Int,     // 32 bit: sizes and counters
    Index,   // as wide as a pointer: offsets into buffers
    Float,
    Double,
    BFloat16,    // 16 bit, 8 of mantissa: what matrix units read. Memory and conversions only
    TensorFloat, // 32 bit, 11 of mantissa (TF32), otherwise as BFloat16
    Word,        // 32 bits of a matrix fragment
}
