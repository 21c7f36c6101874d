namespace Fcn.Weights;

// Names and widths of the element types, as the format writes them.
internal static class ElementTypes
{
    private static readonly Dictionary<string, ElementType> ByName =
        Enum.GetValues<ElementType>().ToDictionary(static t => t.Name(), StringComparer.Ordinal);

    public static bool TryParse(string name, out ElementType type) => ByName.TryGetValue(name, out type);

    public static string Name(this ElementType type) => type switch
    {
        ElementType.Bool => "BOOL",
        ElementType.F4 => "F4",
        ElementType.F6E2M3 => "F6_E2M3",
        ElementType.F6E3M2 => "F6_E3M2",
        ElementType.U8 => "U8",
        ElementType.I8 => "I8",
        ElementType.F8E5M2 => "F8_E5M2",
        ElementType.F8E4M3 => "F8_E4M3",
        ElementType.F8E8M0 => "F8_E8M0",
        ElementType.F8E4M3Fnuz => "F8_E4M3FNUZ",
        ElementType.F8E5M2Fnuz => "F8_E5M2FNUZ",
        ElementType.I16 => "I16",
        ElementType.U16 => "U16",
        ElementType.F16 => "F16",
        ElementType.BF16 => "BF16",
        ElementType.I32 => "I32",
        ElementType.U32 => "U32",
        ElementType.F32 => "F32",
        ElementType.C64 => "C64",
        ElementType.F64 => "F64",
        ElementType.I64 => "I64",
        ElementType.U64 => "U64",
    };

    public static int Bits(this ElementType type) => type switch
    {
        ElementType.F4 => 4,
        ElementType.F6E2M3 or ElementType.F6E3M2 => 6,
        ElementType.Bool or ElementType.U8 or ElementType.I8 => 8,
        ElementType.F8E5M2 or ElementType.F8E4M3 or ElementType.F8E8M0 or ElementType.F8E4M3Fnuz or ElementType.F8E5M2Fnuz => 8,
        ElementType.I16 or ElementType.U16 or ElementType.F16 or ElementType.BF16 => 16,
        ElementType.I32 or ElementType.U32 or ElementType.F32 => 32,
        ElementType.C64 or ElementType.F64 or ElementType.I64 or ElementType.U64 => 64,
    };

    // Whether Read gives floats of it.
    public static bool IsReadable(this ElementType type) =>
        type is ElementType.F32 or ElementType.F16 or ElementType.BF16 or ElementType.F64;
}
