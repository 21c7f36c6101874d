using System.Numerics;
using System.Runtime.CompilerServices;

namespace Fcn.Tests.Ptx;

internal enum Flow : byte { Next, Branch, Exit, Barrier }

/// One decoded instruction. It runs for the lanes of a mask that is never empty; its guard is applied by the warp.
internal abstract class Instruction
{
    public int Line;
    public string Opcode = "";
    public int Guard = -1;
    public bool GuardNegated;

    /// What faults quote, where it is no line of the entry's text.
    public string? Source;

    public virtual Flow Flow => Flow.Next;

    /// Bytes of one thread's access to shared and to global memory; 0 where it has none.
    public virtual (int Shared, int Global) Width => (0, 0);

    public abstract void Execute(Warp w, uint mask);
}

internal interface IUnary<A, R> { static abstract R Of(A a); }
internal interface IBinary<A, B, R> { static abstract R Of(A a, B b); }
internal interface ITernary<A, B, C, R> { static abstract R Of(A a, B b, C c); }

internal sealed unsafe class Unary<A, R, TOp>(int d, int a) : Instruction
    where A : unmanaged where R : unmanaged where TOp : struct, IUnary<A, R>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Execute(Warp w, uint mask)
    {
        w.Need(a, mask, this);
        A* x = (A*)w.Lanes(a);
        R* z = (R*)w.Lanes(d);
        if (mask == uint.MaxValue) for (int i = 0; i < 32; i++) z[i] = TOp.Of(x[i]);
        else
        {
            for (uint m = mask; m != 0; m &= m - 1)
            {
                int i = BitOperations.TrailingZeroCount(m);
                z[i] = TOp.Of(x[i]);
            }
        }
        w.Give(d, mask);
    }
}

internal sealed unsafe class Binary<A, B, R, TOp>(int d, int a, int b) : Instruction
    where A : unmanaged where B : unmanaged where R : unmanaged where TOp : struct, IBinary<A, B, R>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Execute(Warp w, uint mask)
    {
        w.Need(a, mask, this);
        w.Need(b, mask, this);
        A* x = (A*)w.Lanes(a);
        B* y = (B*)w.Lanes(b);
        R* z = (R*)w.Lanes(d);
        if (mask == uint.MaxValue) for (int i = 0; i < 32; i++) z[i] = TOp.Of(x[i], y[i]);
        else
        {
            for (uint m = mask; m != 0; m &= m - 1)
            {
                int i = BitOperations.TrailingZeroCount(m);
                z[i] = TOp.Of(x[i], y[i]);
            }
        }
        w.Give(d, mask);
    }
}

internal sealed unsafe class Ternary<A, B, C, R, TOp>(int d, int a, int b, int c) : Instruction
    where A : unmanaged where B : unmanaged where C : unmanaged where R : unmanaged where TOp : struct, ITernary<A, B, C, R>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Execute(Warp w, uint mask)
    {
        w.Need(a, mask, this);
        w.Need(b, mask, this);
        w.Need(c, mask, this);
        A* x = (A*)w.Lanes(a);
        B* y = (B*)w.Lanes(b);
        C* u = (C*)w.Lanes(c);
        R* z = (R*)w.Lanes(d);
        if (mask == uint.MaxValue) for (int i = 0; i < 32; i++) z[i] = TOp.Of(x[i], y[i], u[i]);
        else
        {
            for (uint m = mask; m != 0; m &= m - 1)
            {
                int i = BitOperations.TrailingZeroCount(m);
                z[i] = TOp.Of(x[i], y[i], u[i]);
            }
        }
        w.Give(d, mask);
    }
}

/// setp: p = (a ? b) combined with c; q = the opposite comparison, combined likewise.
internal sealed unsafe class Compare<T, TOp>(int p, int? q, int a, int b, string? combine, int c, bool negateC) : Instruction
    where T : unmanaged where TOp : struct, IBinary<T, T, bool>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Execute(Warp w, uint mask)
    {
        w.Need(a, mask, this);
        w.Need(b, mask, this);
        T* x = (T*)w.Lanes(a);
        T* y = (T*)w.Lanes(b);
        uint result = 0;
        for (int i = 0; i < 32; i++) if (TOp.Of(x[i], y[i])) result |= 1u << i;
        uint opposite = ~result;
        if (combine != null)
        {
            uint third = w.Predicate(c, mask, this) ^ (negateC ? uint.MaxValue : 0);
            (result, opposite) = combine switch
            {
                "and" => (result & third, opposite & third),
                "or" => (result | third, opposite | third),
                _ => (result ^ third, opposite ^ third),
            };
        }
        w.SetPredicate(p, mask, result);
        if (q is { } second) w.SetPredicate(second, mask, opposite);
    }
}

internal sealed unsafe class Select<T>(int d, int a, int b, int p) : Instruction where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Execute(Warp w, uint mask)
    {
        w.Need(a, mask, this);
        w.Need(b, mask, this);
        uint choice = w.Predicate(p, mask, this);
        T* x = (T*)w.Lanes(a);
        T* y = (T*)w.Lanes(b);
        T* z = (T*)w.Lanes(d);
        for (int i = 0; i < 32; i++) if ((mask >> i & 1) != 0) z[i] = (choice >> i & 1) != 0 ? x[i] : y[i];
        w.Give(d, mask);
    }
}

/// and, or, xor, not and mov of predicates.
internal sealed class PredicateLogic(string op, int d, int a, bool negateA, int b, bool negateB) : Instruction
{
    public override void Execute(Warp w, uint mask)
    {
        uint x = w.Predicate(a, mask, this) ^ (negateA ? uint.MaxValue : 0);
        uint y = w.Predicate(b, mask, this) ^ (negateB ? uint.MaxValue : 0);
        w.SetPredicate(d, mask, op switch { "and" => x & y, "or" => x | y, "xor" => x ^ y, "not" => ~x, _ => x });
    }
}

internal sealed class PredicateLiteral(int d, bool value) : Instruction
{
    public override void Execute(Warp w, uint mask) => w.SetPredicate(d, mask, value ? uint.MaxValue : 0);
}

internal sealed class Branch : Instruction
{
    public int Target;

    public override Flow Flow => Flow.Branch;

    public override void Execute(Warp w, uint mask) => throw new InvalidOperationException("the warp follows branches");
}

internal sealed class FlowInstruction(Flow flow) : Instruction
{
    public override Flow Flow => flow;

    public override void Execute(Warp w, uint mask) => throw new InvalidOperationException("the warp follows the flow");
}

internal sealed class Trap : Instruction
{
    public override void Execute(Warp w, uint mask) => throw w.Fault(this, BitOperations.TrailingZeroCount(mask), "trap");
}
