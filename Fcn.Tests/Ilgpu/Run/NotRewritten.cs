namespace Fcn.Tests.Ilgpu;

// What a member of the stand-in does where it was called as it stands: nothing. The rewriter replaces it in kernels.
internal static class NotRewritten
{
    public static InvalidOperationException Emit => Member("CudaAsm.Emit");

    public static InvalidOperationException Member(string name) => new($"{name} has a meaning in rewritten kernels only.");
}
