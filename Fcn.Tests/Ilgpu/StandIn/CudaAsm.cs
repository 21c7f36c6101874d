using Fcn.Tests.Ilgpu;

namespace ILGPU.Runtime.Cuda;

// Inline PTX with up to ten operands, the first of which may be a result. Rewritten where it stands in a kernel; the emulator executes it.
public static class CudaAsm
{
    public static void Emit(string asm) => throw NotRewritten.Emit;

    public static void Emit<T0>(
        string asm, T0 arg0)
        where T0 : unmanaged => throw NotRewritten.Emit;

    public static void Emit<T0>(
        string asm, out T0 arg0)
        where T0 : unmanaged => throw NotRewritten.Emit;

    public static void Emit<T0, T1>(
        string asm, T0 arg0, T1 arg1)
        where T0 : unmanaged where T1 : unmanaged => throw NotRewritten.Emit;

    public static void Emit<T0, T1>(
        string asm, out T0 arg0, T1 arg1)
        where T0 : unmanaged where T1 : unmanaged => throw NotRewritten.Emit;

    public static void Emit<T0, T1, T2>(
        string asm, T0 arg0, T1 arg1, T2 arg2)
        where T0 : unmanaged where T1 : unmanaged where T2 : unmanaged => throw NotRewritten.Emit;

    public static void Emit<T0, T1, T2>(
        string asm, out T0 arg0, T1 arg1, T2 arg2)
        where T0 : unmanaged where T1 : unmanaged where T2 : unmanaged => throw NotRewritten.Emit;

    public static void Emit<T0, T1, T2, T3>(
        string asm, T0 arg0, T1 arg1, T2 arg2, T3 arg3)
        where T0 : unmanaged where T1 : unmanaged where T2 : unmanaged where T3 : unmanaged => throw NotRewritten.Emit;

    public static void Emit<T0, T1, T2, T3>(
        string asm, out T0 arg0, T1 arg1, T2 arg2, T3 arg3)
        where T0 : unmanaged where T1 : unmanaged where T2 : unmanaged where T3 : unmanaged => throw NotRewritten.Emit;

    public static void Emit<T0, T1, T2, T3, T4>(
        string asm, T0 arg0, T1 arg1, T2 arg2, T3 arg3, T4 arg4)
        where T0 : unmanaged where T1 : unmanaged where T2 : unmanaged where T3 : unmanaged where T4 : unmanaged
         => throw NotRewritten.Emit;

    public static void Emit<T0, T1, T2, T3, T4>(
        string asm, out T0 arg0, T1 arg1, T2 arg2, T3 arg3, T4 arg4)
        where T0 : unmanaged where T1 : unmanaged where T2 : unmanaged where T3 : unmanaged where T4 : unmanaged
         => throw NotRewritten.Emit;

    public static void Emit<T0, T1, T2, T3, T4, T5>(
        string asm, T0 arg0, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5)
        where T0 : unmanaged where T1 : unmanaged where T2 : unmanaged where T3 : unmanaged where T4 : unmanaged
        where T5 : unmanaged => throw NotRewritten.Emit;

    public static void Emit<T0, T1, T2, T3, T4, T5>(
        string asm, out T0 arg0, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5)
        where T0 : unmanaged where T1 : unmanaged where T2 : unmanaged where T3 : unmanaged where T4 : unmanaged
        where T5 : unmanaged => throw NotRewritten.Emit;

    public static void Emit<T0, T1, T2, T3, T4, T5, T6>(
        string asm, T0 arg0, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6)
        where T0 : unmanaged where T1 : unmanaged where T2 : unmanaged where T3 : unmanaged where T4 : unmanaged
        where T5 : unmanaged where T6 : unmanaged => throw NotRewritten.Emit;

    public static void Emit<T0, T1, T2, T3, T4, T5, T6>(
        string asm, out T0 arg0, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6)
        where T0 : unmanaged where T1 : unmanaged where T2 : unmanaged where T3 : unmanaged where T4 : unmanaged
        where T5 : unmanaged where T6 : unmanaged => throw NotRewritten.Emit;

    public static void Emit<T0, T1, T2, T3, T4, T5, T6, T7>(
        string asm, T0 arg0, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7)
        where T0 : unmanaged where T1 : unmanaged where T2 : unmanaged where T3 : unmanaged where T4 : unmanaged
        where T5 : unmanaged where T6 : unmanaged where T7 : unmanaged => throw NotRewritten.Emit;

    public static void Emit<T0, T1, T2, T3, T4, T5, T6, T7>(
        string asm, out T0 arg0, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7)
        where T0 : unmanaged where T1 : unmanaged where T2 : unmanaged where T3 : unmanaged where T4 : unmanaged
        where T5 : unmanaged where T6 : unmanaged where T7 : unmanaged => throw NotRewritten.Emit;

    public static void Emit<T0, T1, T2, T3, T4, T5, T6, T7, T8>(
        string asm, T0 arg0, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8)
        where T0 : unmanaged where T1 : unmanaged where T2 : unmanaged where T3 : unmanaged where T4 : unmanaged
        where T5 : unmanaged where T6 : unmanaged where T7 : unmanaged where T8 : unmanaged => throw NotRewritten.Emit;

    public static void Emit<T0, T1, T2, T3, T4, T5, T6, T7, T8>(
        string asm, out T0 arg0, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8)
        where T0 : unmanaged where T1 : unmanaged where T2 : unmanaged where T3 : unmanaged where T4 : unmanaged
        where T5 : unmanaged where T6 : unmanaged where T7 : unmanaged where T8 : unmanaged => throw NotRewritten.Emit;

    public static void Emit<T0, T1, T2, T3, T4, T5, T6, T7, T8, T9>(
        string asm, T0 arg0, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9)
        where T0 : unmanaged where T1 : unmanaged where T2 : unmanaged where T3 : unmanaged where T4 : unmanaged
        where T5 : unmanaged where T6 : unmanaged where T7 : unmanaged where T8 : unmanaged where T9 : unmanaged => throw NotRewritten.Emit;

    public static void Emit<T0, T1, T2, T3, T4, T5, T6, T7, T8, T9>(
        string asm, out T0 arg0, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9)
        where T0 : unmanaged where T1 : unmanaged where T2 : unmanaged where T3 : unmanaged where T4 : unmanaged
        where T5 : unmanaged where T6 : unmanaged where T7 : unmanaged where T8 : unmanaged where T9 : unmanaged => throw NotRewritten.Emit;
}
