namespace Fcn.Generator.Kernels;

// Reads a step off an address: address = coefficient * variable + rest, for the sums and products that addresses are made of.
internal static class Linear
{
    public static (Value Coefficient, Value Constant) Split(Value address, Value variable)
    {
        switch (address.Op)
        {
            case KernelOp.Variable when address.Name == variable.Name:
                return (1, 0);
            case KernelOp.Add:
            {
                var (a, restA) = Split(address.Sources[0], variable);
                var (b, restB) = Split(address.Sources[1], variable);
                return (a + b, restA + restB);
            }
            case KernelOp.Subtract:
            {
                var (a, restA) = Split(address.Sources[0], variable);
                var (b, restB) = Split(address.Sources[1], variable);
                return (b.Is(0) ? a : a - b, restA - restB);
            }
            case KernelOp.Multiply:
            {
                var (a, restA) = Split(address.Sources[0], variable);
                var (b, restB) = Split(address.Sources[1], variable);
                if (!a.Is(0) && !b.Is(0)) throw new InvalidOperationException($"An address is not linear in {variable.Name}.");
                return a.Is(0) ? (b.Is(0) ? 0 : restA * b, restA * restB) : (a * restB, restA * restB);
            }
            case KernelOp.Convert:
            {
                var (a, rest) = Split(address.Sources[0], variable);
                return (As(a), As(rest));
            }
            default:
                return (0, address);
        }

        // What was computed in 64 bits stays so; literals take the element of what they meet.
        Value As(Value part) => part.Op == KernelOp.Constant ? part : part.To(address.Type.Element);
    }
}
