using Fcn.Generator.Text;
using Fcn.Generator.Schedule.Gpu;
using Kind = Fcn.Generator.Targets.Ptx.PtxRegisters.Kind;

namespace Fcn.Generator.Targets.Ptx;

// Addresses, loads, stores and copies. Constant parts of an address go into the instruction: [%x+64]. Global addresses are 64 bits wide, shared ones 32.
internal sealed partial class PtxRenderer
{
    /// Where memory is: a register and bytes behind it.
    private readonly record struct Place(string Register, long Bytes)
    {
        public string At(long further = 0) => Bytes + further == 0 ? $"[{Register}]" : $"[{Register}+{Literal.Of(Bytes + further)}]";
    }

    // With a register to put the address into, if it needs no more than that.
    private Place Address(Value pointer, Value offset, string? into = null)
    {
        int size = GpuMap.BytesOf(pointer.Type.Element);
        var (rest, constant) = Split(offset);
        var place = Address(pointer);
        place = place with { Bytes = place.Bytes + constant * size };
        if (rest is not null) place = place with { Register = Advance(place.Register, rest, size, pointer.Type.Shared, place.Bytes == 0 ? into : null) };
        return Near(place, pointer.Type.Shared);
    }

    private Place Address(Value pointer, string? into = null) => pointer.Op switch
    {
        KernelOp.Add => Address(pointer.Sources[0], pointer.Sources[1], into),
        KernelOp.Subtract => Address(pointer.Sources[0], 0 - pointer.Sources[1], into),
        KernelOp.Bits => Address(pointer.Sources[0], into),
        _ => new(Of(pointer)[0], 0),
    };

    // What an instruction can hold of an address is a signed 32-bit number.
    private Place Near(Place place, bool shared)
    {
        if (place.Bytes is >= int.MinValue and <= int.MaxValue - 16) return place;
        string register = _registers.Temporary(shared ? Kind.Word : Kind.Wide);
        Emit(shared ? "add.s32" : "add.s64", register, place.Register, Literal.Of(place.Bytes));
        return new(register, 0);
    }

    /// A pointer that is a variable of its own.
    private string[] Advance(Value pointer, string[] d)
    {
        var place = Address(pointer, d[0]);
        bool shared = pointer.Type.Shared;
        if (place == new Place(d[0], 0)) return d;
        if (place.Bytes == 0) return Move(pointer.Type, [place.Register], d);
        Emit(shared ? "add.s32" : "add.s64", d[0], place.Register, Literal.Of(place.Bytes));
        return d;
    }

    // from + offset * size. Ints are widened by the multiplication itself.
    private string Advance(string from, Value offset, long size, bool shared, string? into = null)
    {
        if (offset.Op == KernelOp.Convert && offset.Sources[0].Type == KernelType.Int) return Advance(from, offset.Sources[0], size, shared, into);
        if (!shared && offset is { Op: KernelOp.Add, Type.Element: Element.Index })
            return Advance(Advance(from, offset.Sources[0], size, shared), offset.Sources[1], size, shared, into);
        if (offset.Op == KernelOp.Multiply && offset.Sources[1] is { Op: KernelOp.Constant } factor && Math.Abs(factor.Number * size) <= int.MaxValue)
        {
            var scaled = offset.Type.Element == Element.Index ? Narrow(offset.Sources[0]) : offset.Sources[0];
            if (scaled is not null) return Advance(from, scaled, (long)factor.Number * size, shared, into);
        }
        string register = Register(offset), scale = Literal.Of(size);
        if (shared && offset.Type.Element == Element.Index)
        {
            string narrowed = _registers.Temporary(Kind.Word);
            Emit("cvt.u32.u64", narrowed, register);
            register = narrowed;
        }
        string sum = into ?? _registers.Temporary(shared ? Kind.Word : Kind.Wide);
        if (!shared && offset.Type.Element != Element.Index) Emit("mad.wide.s32", sum, register, scale, from);
        else if (size == 1) Emit(shared ? "add.s32" : "add.s64", sum, from, register);
        else Emit(shared ? "mad.lo.s32" : "mad.lo.s64", sum, register, scale, from);
        return sum;
    }

    // offset = rest + constant, through the sums and products that addresses are made of.
    private static (Value? Varying, long Constant) Split(Value v)
    {
        switch (v.Op)
        {
            case KernelOp.Constant:
                return (null, (long)v.Number);
            case KernelOp.Add or KernelOp.Subtract:
            {
                var ((a, x), (b, y)) = (Split(v.Sources[0]), Split(v.Sources[1]));
                bool add = v.Op == KernelOp.Add;
                if (x == 0 && y == 0 && a is not null && b is not null) return (v, 0);
                return (a is null ? add || b is null ? b : 0 - b : b is null ? a : add ? a + b : a - b, add ? x + y : x - y);
            }
            case KernelOp.Multiply when v.Sources[1].Op == KernelOp.Constant:
            {
                var (a, x) = Split(v.Sources[0]);
                return x == 0 ? (v, 0) : (a is null ? null : a * v.Sources[1], x * (long)v.Sources[1].Number);
            }
            case KernelOp.Convert when v.Type == KernelType.Index && v.Sources[0].Type == KernelType.Int:
            {
                var (a, x) = Split(v.Sources[0]);
                return x == 0 ? (v, 0) : (a?.To(Element.Index), x);
            }
            default:
                return (v, 0);
        }
    }

    // At most 16 bytes an instruction.
    private string[] Load(Value v, string[] d)
    {
        var (pointer, place) = (v.Sources[0].Type, Address(v.Sources[0], v.Sources[1]));
        foreach (var (registers, bytes) in Parts(v.Type, d))
            Emit($"ld.{Space(pointer)}{Across(registers.Length)}.{Stored(v.Type)}", Braced(registers), place.At(bytes));
        return d;
    }

    private void Store(Value pointer, Value offset, Value value)
    {
        string[] registers = value.Op == KernelOp.Constant ? [Register(value)] : Of(value);
        for (int i = 0; i < registers.Length; i++)
            if (registers[i][0] != '%') registers[i] = Move(value.Type, [registers[i]], [_registers.Temporary(PtxRegisters.KindOf(value.Type))])[0];
        var place = Address(pointer, offset);
        foreach (var (part, bytes) in Parts(value.Type, registers))
            Guarded($"st.{Space(pointer.Type)}{Across(part.Length)}.{Stored(value.Type)}", place.At(bytes), Braced(part));
    }

    private void Shared(Value array, int length)
    {
        string register = Variable(array)[0];
        int at = (_shared + 127) / 128 * 128;
        Emit("mov.b32", register, SharedMemory);
        if (at > 0) Emit("add.s32", register, register, Literal.Of(at));
        _shared = at + length * GpuMap.BytesOf(array.Type.Element);
    }

    // Nothing is read where the size is 0: 16 zeros arrive.
    private void AsyncCopy(Statement copy)
    {
        var s = copy.Operands;
        string instruction = PtxMatrix.Copy(copy.Name);
        string to = Address(s[0], s[1]).At(), from = Address(s[2], s[3]).At();
        if (s[4].Is(1))
        {
            Guarded(instruction, to, from, "16");
            return;
        }
        string size = _registers.Temporary(Kind.Word);
        Emit("selp.b32", size, "16", "0", Truth(s[4])[0]);
        Guarded(instruction, to, from, "16", size);
    }

    private static IEnumerable<(string[] Registers, long Bytes)> Parts(KernelType type, string[] registers)
    {
        int count = type.Element is Element.Index or Element.Double ? 2 : 4, bytes = GpuMap.BytesOf(type.Element) * type.Lanes / registers.Length;
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
