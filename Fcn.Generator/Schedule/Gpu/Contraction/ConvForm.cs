using Fcn.Generator.Collections;
using Fcn.Generator.Graph;
using Fcn.Generator.Kernels;

namespace Fcn.Generator.Schedule.Gpu.Contraction;

/// All that the text of a convolution's kernel depends on: equal forms have equal names, different ones different names. Number: which of the kernel's
/// endings this convolution takes. Others: the maps that fused ops read, and of sizes, which are arguments, only whether they are y's.
internal sealed record ConvForm(ConvTile Tile, EquatableArray<ConvEnding> Endings, Element Y, EquatableArray<MapForm> Others)
{
    public int Number { get; private init; }

    /// Maps: the convolution's own, x, then others.
    public static ConvForm Of(ConvTile tile, ConvEnding ending, IReadOnlyList<GpuMap> maps, GpuMap y)
    {
        var others = maps.Skip(1).Select(m => new MapForm(m.Element, m.Size == y.Size)).ToList();
        var usual = new MapForm(tile.Machine.Factor, true);
        var family = others.All(o => o == usual) ? ending.Family(tile.Machine, y.Element) : [ending];
        if (family.Count > 1) others = [usual];
        return new(tile, family.ToEquatableArray(), y.Element, others.ToEquatableArray()) { Number = family.ToList().IndexOf(ending) };
    }

    /// conv_bf16_128x128 has the usual endings, conv_bias_scale_0_5_bf16_128x128 this one.
    public string Name => $"conv{Words}_{Tile.Name}{Elements}";

    public string SumName => $"conv{Words}_split_sum_{Tile.Machine.Name}{Elements}";

    /// What the texts depend on: of the kernel itself, and of the one that adds parts.
    public object Key => (Tile, Endings, Y, Others);

    public object SumKey => (Endings, Y, Others);

    public string Summary => $"Convolution as an implicit GEMM, a tile of sums per block. Endings: {string.Join("; ", Endings.Select(Numbered))}.";

    public ConvEpilogue Epilogue
    {
        get
        {
            var y = new GpuMap("y", 0, 0, Extent.Input, Y);
            GpuMap Other(MapForm form, int i) => new(
                FormattableString.Invariant($"x{i + 1}"), 0, 0, form.HasSizeOfY ? y.Size : y.Size.Plus(1), form.Element);
            return new(y, [y with { Name = "x", Size = y.Size.Plus(1) }, .. Others.Select(Other)], Endings);
        }
    }

    /// What a kernel of several endings asks for and this one has not: any memory, which is not touched.
    public IEnumerable<KeyValuePair<string, Value>> Absent(Value memory)
    {
        if (Endings.Count == 1) yield break;
        var (ending, place) = (Endings[Number], Nowhere(memory));
        if (!ending.Bias) yield return new("bias", place);
        if (ending.Tail.All(static t => ((IElementwise)t).Others == 0))
        {
            var map = new GpuMap(memory.Name, 0, 0, Extent.Input, Others[0].Element);
            foreach (var binding in GpuLaunch.Bind(map.As("x1"), map)) yield return binding;
        }
    }

    public static Value Nowhere(Value memory) => Value.Field(memory.Name, KernelType.To(Element.Float));

    private static string Numbered(ConvEnding ending, int i) => FormattableString.Invariant($"{i}{ending.Words.Replace('_', ' ')}");

    private string Words => Endings.Count > 1 ? "" : Endings[0].Words;

    private string Elements => (Y == Tile.Machine.Factor ? "" : $"_to_{GpuMap.Word(Y)}")
        + (Endings.Count > 1 ? "" : string.Concat(Others.Select(static o => $"_with_{GpuMap.Word(o.Element)}{(o.HasSizeOfY ? "" : "_cropped")}")));
}

/// A map that fused ops read.
internal sealed record MapForm(Element Element, bool HasSizeOfY);
