using Fcn.Generator.Kernels;
using Fcn.Generator.Simplify;
using Fcn.Generator.Text;

namespace Fcn.Generator.Targets.Ptx;

// Loads, stores and copies. Global addresses are 64 bits wide, shared ones 32.
internal sealed partial class PtxRenderer
{
    // What an instruction reads or writes: [register+bytes].
    private string Address(Value pointer, Value offset, long further = 0)
    {
        string register = Of(pointer)[0];
        long bytes = (long)offset.Number * pointer.Type.Element.Bytes() + further;
        return bytes == 0 ? $"[{register}]" : $"[{register}+{Literal.Of(bytes)}]";
    }

    // An instruction loads at most 16 bytes.
    private string[] Load(Value v, string[] d)
    {
        foreach (var (registers, bytes) in Parts(v.Type, d))
            Emit($"ld.{Space(v.Sources[0].Type)}{Across(registers.Length)}.{Stored(v.Type)}", Braced(registers), Address(v.Sources[0], v.Sources[1], bytes));
        return d;
    }

    private void Store(Value pointer, Value offset, Value value)
    {
        string[] registers = value.Op == KernelOp.Constant ? [Register(value)] : Of(value);
        for (int i = 0; i < registers.Length; i++)
            if (registers[i][0] != '%') registers[i] = Move(value.Type, [registers[i]], [_registers.Temporary(PtxRegisters.KindOf(value.Type))])[0];
        foreach (var (part, bytes) in Parts(value.Type, registers))
            Guarded($"st.{Space(pointer.Type)}{Across(part.Length)}.{Stored(value.Type)}", Address(pointer, offset, bytes), Braced(part));
    }

    private void Shared(Value array, int length)
    {
        string register = Variable(array)[0];
        int at = (_shared + 127) / 128 * 128;
        Emit("mov.b32", register, SharedMemory);
        if (at > 0) Emit("add.s32", register, register, Literal.Of(at));
        _shared = at + length * array.Type.Element.Bytes();
    }

    private void AsyncCopy(Statement copy)
    {
        var s = copy.Operands;
        string[] places = [Address(s[0], s[1]), Address(s[2], s[3]), Literal.Of(SizeCopies.Bytes)];
        Guarded(PtxMatrix.Copy(copy.Name), s[4].Op == KernelOp.Constant ? places : [.. places, Of(s[4])[0]]);
    }

    private static IEnumerable<(string[] Registers, long Bytes)> Parts(KernelType type, string[] registers)
    {
        int count = type.Element is Element.Index or Element.Double ? 2 : 4, bytes = type.Element.Bytes() * type.Lanes / registers.Length;
        for (int i = 0; i < registers.Length; i += count)
            yield return (registers.Length <= count ? registers : [.. registers.Skip(i).Take(count)], (long)i * bytes);
    }

    private static string Braced(string[] registers) => registers.Length == 1 ? registers[0] : PtxRegisters.Braced(registers);

    private static string Across(int registers) => registers == 1 ? "" : registers == 2 ? ".v2" : ".v4";

    private static string Space(KernelType pointer) => pointer.Shared ? "shared" : "global";

    private static string Stored(KernelType type) => type.Element switch
    {
        Element.Byte => "u8",
        Element.Int or Element.TensorFloat or Element.Word => "b32",
        Element.Index => "b64",
        Element.Float => "f32",
        Element.Double => "f64",
        Element.BFloat16 => type.Lanes == 1 ? "b16" : "b32",
        Element.Bool => throw Unable("memory", type),
    };
}
