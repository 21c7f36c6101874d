using Fcn.Generator.Graph;

namespace Fcn.Generator.Schedule.Gpu;

// What a kernel of a nest is called: the op with the settings that shape its text, as GraphPrinter has them. max_pool_k2_s2, add_at_5.
// Pitches and sizes are arguments and have no part in it.
internal static class KernelName
{
    public static string Of(Op op) => string.Join("_", new string([.. op.Format.Select(static c => IsOfNames(c) ? c : ' ')])
        .Split([' '], StringSplitOptions.RemoveEmptyEntries));

    private static bool IsOfNames(char c) => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '_';
}
