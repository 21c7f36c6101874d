using Fcn.Generator.Graph;
using Fcn.Generator.Kernels;
using Fcn.Generator.Schedule.Gpu;
using Fcn.Generator.Text;

namespace Fcn.Generator.Emit;

// What the host computes, as a schedule's table says it (HostExpression in the runtime): whole numbers in 64 bits, addresses in bytes, no
// spaces.
internal static class HostText
{
    // Precedence: 4 operand, 3 product, 2 sum, 1 relation.
    public static string Of(Value value) => Text(value, 0);

    /// A height or width, as a formula of the image's.
    public static string Of(Extent size, string of)
    {
        string inner = size.Base is null ? of : Of(size.Base, of);
        string bound = size.Divide == 1 ? Plus(inner, size.Inner) : $"ceil({Plus(inner, size.Inner)},{Literal.Of(size.Divide)})";
        if (size.Multiply != 1) bound = $"{Literal.Of(size.Multiply)}*{(size.Divide == 1 && size.Inner != 0 ? $"({bound})" : bound)}";
        return Plus(bound, size.Offset);
    }

    private static string Plus(string text, int pixels) =>
        pixels == 0 ? text : $"{text}{(pixels < 0 ? "-" : "+")}{Literal.Of(Math.Abs(pixels))}";

    private static string Text(Value v, int context)
    {
        var (text, precedence) = v.Type.Pointer ? Address(v) : Number(v);
        return precedence < context ? $"({text})" : text;
    }

    private static (string Text, int Precedence) Number(Value v) => v.Op switch
    {
        KernelOp.Constant when v.Number < 0 => ($"(0-{Literal.Of((long)-v.Number)})", 4),
        KernelOp.Constant => (Literal.Of((long)v.Number), 4),
        KernelOp.Field => (v.Name, 4),
        KernelOp.Convert when v.Type.IsWhole => Number(v.Sources[0]),
        KernelOp.Add when v.Sources[1] is { Op: KernelOp.Constant, Number: < 0 } minus => ($"{Text(v.Sources[0], 2)}-{Literal.Of((long)-minus.Number)}", 2),
        KernelOp.Add => Infix(v, "+", 2),
        KernelOp.Subtract => Infix(v, "-", 2),
        KernelOp.Multiply => Infix(v, "*", 3),
        KernelOp.Divide => Infix(v, "/", 3),
        KernelOp.Remainder => Infix(v, "%", 3),
        KernelOp.Equal => Infix(v, "==", 1),
        KernelOp.Less => Infix(v, "<", 1),
        KernelOp.Minimum => Call("min", v),
        KernelOp.Maximum => Call("max", v),
        KernelOp.Select => Call("if", v),
        KernelOp.DivisorMagic => Call("magic", v),
        KernelOp.DivisorShift => Call("shift", v),
        _ => throw new InvalidOperationException($"The host cannot compute {KernelPrinter.Text(v)}."),
    };

    private static (string Text, int Precedence) Address(Value pointer) => pointer.Op switch
    {
        KernelOp.Field => (pointer.Name, 4),
        KernelOp.Bits => Address(pointer.Sources[0]),
        KernelOp.Add or KernelOp.Subtract => Number(Bytes(pointer)),
        _ => throw new InvalidOperationException($"The host cannot compute the address {KernelPrinter.Text(pointer)}."),
    };

    // The address as a number.
    private static Value Bytes(Value pointer) => pointer.Op switch
    {
        KernelOp.Field => Value.Field(pointer.Name, KernelType.Index),
        KernelOp.Bits => Bytes(pointer.Sources[0]),
        KernelOp.Subtract => Bytes(pointer.Sources[0]) - pointer.Sources[1].To(Element.Index) * GpuMap.BytesOf(pointer.Type.Element),
        _ => Bytes(pointer.Sources[0]) + pointer.Sources[1].To(Element.Index) * GpuMap.BytesOf(pointer.Type.Element),
    };

    private static (string Text, int Precedence) Infix(Value v, string sign, int precedence) =>
        ($"{Text(v.Sources[0], precedence)}{sign}{Text(v.Sources[1], precedence + 1)}", precedence);

    private static (string Text, int Precedence) Call(string function, Value v) =>
        ($"{function}({string.Join(",", v.Sources.Select(s => Text(s, 0)))})", 4);
}
