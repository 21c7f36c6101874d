using Fcn.Generator.Kernels;

namespace Fcn.Generator.Simplify;

// Address mode selection. Needs: kernels as schedules write them, memory as pointer and offset in elements. Gives: every offset a constant;
// what varies is in the pointer, as FusedMultiplyAdds of bytes, and an Int is widened by the product itself. Because: an instruction holds
// a register and a constant of 32 bits ([%x+64]), and addresses that differ by constants share the register.
internal static class SplitAddresses
{
    public static IReadOnlyList<Statement> Run(IReadOnlyList<Statement> body) => new KernelRewrite(Loaded, Split).Of(body);

    private static Value Loaded(Value v) => v.Op == KernelOp.Load && Address(v.Sources[0], v.Sources[1]) is var (pointer, offset)
        ? new(v.Op, v.Type, [pointer, offset], v.Name, v.Number) : v;

    private static Statement Split(Statement s) => s.Op switch
    {
        KernelOp.Store or KernelOp.LoadMatrix => At(s, 0),
        KernelOp.AsyncCopy => At(At(s, 0), 2),
        KernelOp.Let or KernelOp.Assign when s.Target!.Type.Pointer => s with { Operands = [Joined(s.Operands[0])] },
        _ => s,
    };

    private static Statement At(Statement s, int operand)
    {
        Value[] operands = [.. s.Operands];
        (operands[operand], operands[operand + 1]) = Address(operands[operand], operands[operand + 1]);
        return s with { Operands = operands };
    }

    // A pointer that is a variable of its own.
    private static Value Joined(Value pointer)
    {
        var (place, bytes) = Parts(pointer);
        return (bytes == 0 ? place : place + Number(bytes, pointer.Type)).Bits(pointer.Type.Element);
    }

    // What an instruction can hold of an address is a signed number of 32 bits; the 16 are for vectors in parts.
    private static (Value Pointer, Value Offset) Address(Value pointer, Value offset)
    {
        var (place, bytes) = Parts(pointer, offset);
        int size = pointer.Type.Element.Bytes();
        bool holds = bytes is >= int.MinValue and <= int.MaxValue - 16 && bytes % size == 0;
        return holds ? (place.Bits(pointer.Type.Element), Value.Int(bytes / size))
            : ((place + Number(bytes, pointer.Type)).Bits(pointer.Type.Element), 0);
    }

    // The pointer as bytes, without the constant part of what leads to it.
    private static (Value Place, long Bytes) Parts(Value pointer) => pointer.Op switch
    {
        KernelOp.Add => Parts(pointer.Sources[0], pointer.Sources[1]),
        KernelOp.Subtract => Parts(pointer.Sources[0], 0 - pointer.Sources[1]),
        KernelOp.Bits => Parts(pointer.Sources[0]),
        _ => (pointer.Bits(Element.Byte), 0),
    };

    private static (Value Place, long Bytes) Parts(Value pointer, Value offset)
    {
        int size = pointer.Type.Element.Bytes();
        var ((place, bytes), (varying, constant)) = (Parts(pointer), Split(offset));
        return (varying is null ? place : Advance(place, varying, size), bytes + constant * size);
    }

    // place + offset * scale, in bytes.
    private static Value Advance(Value place, Value offset, long scale)
    {
        bool shared = place.Type.Shared;
        if (offset.Op == KernelOp.Convert && offset.Sources[0].Type == KernelType.Int) return Advance(place, offset.Sources[0], scale);
        if (!shared && offset is { Op: KernelOp.Add, Type.Element: Element.Index })
            return Advance(Advance(place, offset.Sources[0], scale), offset.Sources[1], scale);
        bool scales = offset.Op == KernelOp.Multiply && offset.Sources[1].Op == KernelOp.Constant;
        if (scales && offset.Sources[1] is var factor && Math.Abs(factor.Number * scale) <= int.MaxValue)
        {
            var scaled = offset.Type.Element == Element.Index ? offset.Sources[0].Narrow() : offset.Sources[0];
            if (scaled is not null) return Advance(place, scaled, (long)factor.Number * scale);
        }
        if (shared) offset = offset.To(Element.Int);
        bool plain = scale == 1 && (shared || offset.Type.Element == Element.Index);
        return plain ? place + offset : Value.MultiplyAdd(offset, new(KernelOp.Constant, offset.Type, [], number: scale), place);
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

    private static Value Number(long bytes, KernelType pointer) => pointer.Shared ? Value.Int(bytes) : bytes;
}
