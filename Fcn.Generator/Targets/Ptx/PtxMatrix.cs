using Fcn.Generator.Kernels;

namespace Fcn.Generator.Targets.Ptx;

// Instructions around matrix units, as every target that speaks PTX writes them.
internal static class PtxMatrix
{
    public const string Commit = "cp.async.commit_group";

    public const string Wait = "cp.async.wait_group";

    /// The instruction of a MatrixMultiply.
    public static string Multiply(string format) =>
        $"mma.sync.aligned.{(format == MatrixFormat.BFloat16 ? "m16n8k16.row.col.f32.bf16.bf16.f32" : "m16n8k8.row.col.f32.tf32.tf32.f32")}";

    /// The instruction of a LoadMatrix.
    public static string Load(string way) => $"ldmatrix.sync.aligned.m8n8.x4{(way == "transposed" ? ".trans" : "")}.shared.b16";

    /// The instruction of an AsyncCopy: .cg passes the nearest cache by, .ca keeps the line there.
    public static string Copy(string way) => $"cp.async.{(way == "cached" ? "ca" : "cg")}.shared.global.L2::128B";
}
