using System.Runtime.CompilerServices;
using Xunit;

namespace Fcn.Integrations.Tests;

/// <summary>
/// A test for the whole run, eng/check.sh: ILGPU's simulated device has a thread of the operating system per thread of a kernel, and takes
/// its time. The usual run has a smaller test of the same kind, and reports this one as skipped, with the reason.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class WholeRunFactAttribute : FactAttribute
{
    /// <param name="what">What it takes, and what the usual run tests instead.</param>
    /// <param name="test">The method. Consoles show names of skipped tests and no reasons: the name tells it.</param>
    public WholeRunFactAttribute(string what, [CallerMemberName] string test = "")
    {
        if (Environment.GetEnvironmentVariable("FCN_TESTS") == "all") return;
        Skip = $"{what}. eng/check.sh runs it, or FCN_TESTS=all.";
        DisplayName = $"{test}: {Skip}";
    }
}
