using System.Text;
using Fcn.Tests.Ptx;

namespace Fcn.Tests.Ilgpu;

// All texts that a kernel emits, as one entry for the emulator: ILGPU puts them one behind the other into a kernel of its own. An operand is a
// register of its C# type. What is no straight code is refused: barriers are the kernel's own.
internal static class InlineAssembly
{
    private const string Operand = "%operand";
    private static readonly string[] Warpwide = ["ldmatrix", "mma", "shfl", "vote"];

    /// shared: bytes of the kernel's static arrays. dynamic: whether it has asked for dynamic memory.
    public static PtxEntry Entry(
        string kernel, IReadOnlyList<PtxParameter> parameters, IReadOnlyList<int> shared, bool dynamic, IReadOnlyList<AssemblyText> texts)
    {
        List<string> module = [".version 7.4", ".target sm_80", ".address_size 64"];
        if (dynamic) module.Add(".extern .shared .align 16 .b8 __dyn_shared_alloca[];");
        module.Add($".visible .entry {kernel}({string.Join(", ", parameters.Select(static p => $".param {p.Type.Name()} {p.Name}"))})");
        module.AddRange([".maxntid 1024, 1, 1", "{"]);
        for (int i = 0; i < shared.Count; i++)
            module.Add(FormattableString.Invariant($".shared .align {SharedAlignment} .b8 __shared_alloca{i}[{shared[i]}];"));
        var lines = texts.Select((text, i) => Append(module, text, i)).ToList();
        module.AddRange(["ret;", "}", ""]);
        var entry = PtxModule.Parse(string.Join('\n', module)).Entries[0];
        for (int i = 0; i < texts.Count; i++) Bind(texts[i], i, lines[i], entry);
        return entry;
    }

    public const int SharedAlignment = 16;

    // Lines are counted from 1.
    private static (int First, int End) Append(List<string> module, AssemblyText text, int number)
    {
        for (int k = 0; k < text.Operands.Count; k++)
            module.Add(FormattableString.Invariant($".reg {text.Operands[k].Name()} {Operand}{number}_{k};"));
        int first = module.Count + 1;
        module.AddRange(Expanded(text, number).Split('\n'));
        return (first, module.Count + 1);
    }

    // As ILGPU: %% is a percent sign, %0 the first operand, and nothing else may follow a percent sign.
    private static string Expanded(AssemblyText text, int number)
    {
        var (t, expanded) = (text.Text, new StringBuilder());
        for (int i = 0; i < t.Length; i++)
        {
            if (t[i] != '%') expanded.Append(t[i]);
            else if (i + 1 < t.Length && t[i + 1] == '%') expanded.Append(t[++i]);
            else if (i + 1 < t.Length && char.IsAsciiDigit(t[i + 1]) && t[i + 1] - '0' < text.Operands.Count)
                expanded.Append(FormattableString.Invariant($"{Operand}{number}_{t[++i]}"));
            else throw new InvalidOperationException($"`{t}` has a '%' that is neither '%%' nor one of {text.Operands.Count} operands.");
        }
        return expanded.ToString();
    }

    private static void Bind(AssemblyText text, int number, (int First, int End) lines, PtxEntry entry)
    {
        text.Registers = [.. text.Operands.Select((_, k) =>
            entry.Registers.TryFind(FormattableString.Invariant($"{Operand}{number}_{k}"), out var register) ? register : default)];
        int first = Array.FindIndex(entry.Code, i => i.Line >= lines.First), end = Array.FindIndex(entry.Code, i => i.Line >= lines.End);
        text.Code = (first, end);
        foreach (var instruction in entry.Code[first..end])
        {
            if (instruction.Flow != Flow.Next) throw new InvalidOperationException($"`{entry.Text(instruction)}` is no straight code.");
            text.NeedsWarp |= Warpwide.Contains(instruction.Opcode.Split('.')[0]);
        }
    }
}
