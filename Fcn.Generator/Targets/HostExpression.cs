using Fcn.Generator.Emit;

namespace Fcn.Generator.Targets;

// What the host computes for a launch, as C#: sizes, counts and offsets, from the fields of its frame f.
internal sealed class HostExpression : CSharpRenderer
{
    private static readonly HostExpression Only = new();

    private HostExpression() : base(new SourceWriter()) { }

    public static string Of(Value value) => Only.Text(value);

    protected override (string Text, int Precedence) Own(Value v) => v.Op switch
    {
        KernelOp.Field => ($"f->{v.Name}", Primary),
        KernelOp.Convert => Cast(Type(v.Type), v.Sources[0]),
        KernelOp.DivisorMagic => Call("Extents.DivisorMagic", v),
        KernelOp.DivisorShift => Call("Extents.DivisorShift", v),
        _ => throw new InvalidOperationException($"The host does not compute {KernelPrinter.Text(v)}."),
    };

    protected override string Type(KernelType type) => type == KernelType.Index ? "nint" : type == KernelType.Int ? "int"
        : throw new InvalidOperationException($"The host does not compute {type}.");

    protected override void Other(Statement s) => throw new InvalidOperationException($"{s.Op} is no expression.");
}
