using System.Reflection;
using Fcn.Generator;
using Xunit;

namespace Fcn.Tests.Generator;

public class Packaging
{
    // A compiler older than the Roslyn that a generator references silently does not run it (CS9057).
    [Fact]
    public void TheGeneratorRunsOnEveryCompilerFrom4Point8() => Assert.All(
        typeof(FcnGenerator).Assembly.GetReferencedAssemblies().Where(static a => a.Name!.StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal)),
        static a => Assert.Equal(new Version(4, 8, 0, 0), a.Version));

    [Fact]
    public void TheGeneratorReferencesRoslyn() => Assert.Contains(typeof(FcnGenerator).Assembly.GetReferencedAssemblies(), static a => a.Name == "Microsoft.CodeAnalysis");

    [Fact]
    public void TheGeneratorIsNetStandard() => Assert.Equal(
        ".NETStandard,Version=v2.0", typeof(FcnGenerator).Assembly.GetCustomAttribute<System.Runtime.Versioning.TargetFrameworkAttribute>()!.FrameworkName);
}
