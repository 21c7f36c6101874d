using System.Text;
using Fcn.Generator.Kernels;
using Fcn.Generator.Text;

namespace Fcn.Generator.Targets.Ptx;

// Registers of one entry: variables under the kernel's names, temporaries of a statement by number (%r0), declared together in the end.
// A vector is a register per lane (%sum<4> declares %sum0 to %sum3), but BFloat16s lie two in a 32-bit register, the first in the low half.
internal sealed class PtxRegisters
{
    private static readonly string[] Types = [".pred", ".b16", ".b32", ".b64", ".f32", ".f64"];
    private static readonly string[] Prefixes = ["%p", "%h", "%r", "%d", "%f", "%g"];

    // Special registers of PTX, whose names no other register may have.
    private static readonly string[] Special =
    [
        "%tid", "%ntid", "%laneid", "%warpid", "%nwarpid", "%ctaid", "%nctaid", "%smid", "%nsmid", "%gridid", "%clock", "%clock_hi", "%clock64",
        "%globaltimer", "%globaltimer_lo", "%globaltimer_hi", "%lanemask_eq", "%lanemask_le", "%lanemask_lt", "%lanemask_ge", "%lanemask_gt",
        "%total_smem_size", "%aggr_smem_size", "%dynamic_smem_size", "%is_explicit_cluster", "%clusterid", "%nclusterid", "%cluster_ctaid",
        "%cluster_nctaid", "%cluster_ctarank", "%cluster_nctarank", "%current_graph_exec",
    ];

    private readonly HashSet<string> _taken = [.. Special];
    private readonly List<string>[] _declared = [[], [], [], [], [], []];
    private readonly int[] _temporaries = new int[6];
    private readonly int[] _most = new int[6];

    public enum Kind
    {
        Predicate,
        Half,
        Word,
        Wide,
        Float,
        Double,
    }

    public static Kind KindOf(KernelType type) =>
        type.Pointer ? type.Shared ? Kind.Word : Kind.Wide
        : type.Element switch
        {
            Element.Bool => Kind.Predicate,
            Element.BFloat16 => type.Lanes == 1 ? Kind.Half : Kind.Word,
            Element.Byte or Element.Int or Element.TensorFloat or Element.Word => Kind.Word,
            Element.Index => Kind.Wide,
            Element.Float => Kind.Float,
            Element.Double => Kind.Double,
        };

    public static int CountOf(KernelType type) => type is { Element: Element.BFloat16, Lanes: > 1 } ? type.Lanes / 2 : type.Lanes;

    /// Several as one operand.
    public static string Braced(IEnumerable<string> registers) => $"{{{string.Join(",", registers)}}}";

    /// Registers of a variable; its own name where that is free.
    public string[] Declare(string name, KernelType type)
    {
        int count = CountOf(type);
        for (int n = 1; ; n++)
        {
            string register = n == 1 ? $"%{name}" : $"%{name}_{Literal.Of(n)}";
            if (count > 1 && char.IsDigit(register[register.Length - 1])) register += "_"; // ptxas cannot tell %sum_2<4> from %sum_2
            string[] registers = count == 1 ? [register] : [.. Enumerable.Range(0, count).Select(i => register + Literal.Of(i))];
            if (registers.Any(Reserved)) continue;
            foreach (string r in registers) _taken.Add(r);
            _declared[(int)KindOf(type)].Add(count == 1 ? register : $"{register}<{Literal.Of(count)}>");
            return registers;
        }
    }

    public string[] Temporaries(KernelType type)
    {
        var (kind, registers) = (KindOf(type), new string[CountOf(type)]);
        for (int i = 0; i < registers.Length; i++) registers[i] = Temporary(kind);
        return registers;
    }

    public string Temporary(Kind kind)
    {
        int number = _temporaries[(int)kind]++;
        _most[(int)kind] = Math.Max(_most[(int)kind], number + 1);
        return Prefixes[(int)kind] + Literal.Of(number);
    }

    /// Temporaries end with their statement.
    public void Restart() => Array.Clear(_temporaries, 0, _temporaries.Length);

    public void Print(StringBuilder text)
    {
        for (int kind = 0; kind < Types.Length; kind++)
        {
            var names = Runs(_declared[kind]);
            if (_most[kind] > 0) names = [.. names, $"{Prefixes[kind]}<{Literal.Of(_most[kind])}>"];
            for (int at = 0, length = 0; at < names.Count; at++)
            {
                bool first = at == 0 || length + names[at].Length > 120;
                if (first) text.Append(at == 0 ? "" : ";\n").Append("\t.reg ").Append(Types[kind]).Append(' ');
                else text.Append(", ");
                text.Append(names[at]);
                length = first ? names[at].Length : length + 2 + names[at].Length;
            }
            if (names.Count > 0) text.Append(";\n");
        }
    }

    // %sum0_0, %sum0_1, %sum0_2 are declared as %sum0_<3>. A stem must not end in a digit.
    private static List<string> Runs(List<string> names)
    {
        var runs = new List<string>();
        for (int at = 0, count; at < names.Count; at += count)
        {
            string stem = names[at].EndsWith("0", StringComparison.Ordinal) ? names[at].Substring(0, names[at].Length - 1) : "";
            if (stem != "" && char.IsDigit(stem[stem.Length - 1])) stem = "";
            count = 1;
            while (stem != "" && at + count < names.Count && names[at + count] == stem + Literal.Of(count)) count++;
            runs.Add(count > 1 ? $"{stem}<{Literal.Of(count)}>" : names[at]);
        }
        return runs;
    }

    // %r0, %pm0 and %envreg0 are as good as taken.
    private bool Reserved(string register) =>
        _taken.Contains(register) || Numbered(register, "%pm") || Numbered(register, "%envreg") || Prefixes.Any(p => Numbered(register, p));

    private static bool Numbered(string register, string prefix) =>
        register.Length > prefix.Length && register.StartsWith(prefix, StringComparison.Ordinal) && register.Skip(prefix.Length).All(char.IsDigit);
}
