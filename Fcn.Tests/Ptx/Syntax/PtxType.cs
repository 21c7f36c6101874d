namespace Fcn.Tests.Ptx;

/// <summary>The fundamental types of PTX that our kernels use.</summary>
internal enum PtxType : byte { Pred, B8, U8, S8, B16, U16, S16, B32, U32, S32, F32, B64, U64, S64, F64 }

internal static class PtxTypes
{
    private static readonly Dictionary<string, PtxType> Names =
        Enum.GetValues<PtxType>().ToDictionary(t => t.ToString().ToLowerInvariant(), t => t);

    public static readonly PtxType[] Integers = [PtxType.U16, PtxType.S16, PtxType.U32, PtxType.S32, PtxType.U64, PtxType.S64];
    public static readonly PtxType[] Bits = [PtxType.B16, PtxType.B32, PtxType.B64];
    public static readonly PtxType[] Numbers = [.. Integers, PtxType.F32, PtxType.F64];
    public static readonly PtxType[] All = [.. Bits, .. Numbers];
    public static readonly PtxType[] Memory = [PtxType.B8, PtxType.U8, PtxType.S8, .. All];

    public static bool TryParse(string name, out PtxType type) => Names.TryGetValue(name, out type);

    public static string Name(this PtxType type) => "." + type.ToString().ToLowerInvariant();

    public static int Size(this PtxType type) => type switch
    {
        PtxType.Pred => 0,
        PtxType.B8 or PtxType.U8 or PtxType.S8 => 1,
        PtxType.B16 or PtxType.U16 or PtxType.S16 => 2,
        PtxType.B32 or PtxType.U32 or PtxType.S32 or PtxType.F32 => 4,
        PtxType.B64 or PtxType.U64 or PtxType.S64 or PtxType.F64 => 8,
    };

    public static bool IsFloat(this PtxType type) => type is PtxType.F32 or PtxType.F64;

    public static bool IsSigned(this PtxType type) => type is PtxType.S8 or PtxType.S16 or PtxType.S32 or PtxType.S64;

    public static bool IsBits(this PtxType type) => type is PtxType.B8 or PtxType.B16 or PtxType.B32 or PtxType.B64;
}
