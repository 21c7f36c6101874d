using System.Reflection;
using System.Runtime.Versioning;
using Fcn.Generator;
using Xunit;

namespace Fcn.Tests.Generator;

// What the generator's assembly is and needs.
public class Packaging
{
    private static readonly Assembly Generator = typeof(FcnGenerator).Assembly;

    // A compiler older than the Roslyn that a generator references silently does not run it (CS9057).
    [Fact]
    public void TheGeneratorRunsOnEveryCompilerFrom4Point8()
    {
        var roslyn = Generator.GetReferencedAssemblies()
            .Where(static a => a.Name!.StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal)).ToList();
        Assert.Contains(roslyn, static a => a.Name == "Microsoft.CodeAnalysis");
        Assert.All(roslyn, static a => Assert.Equal(new Version(4, 8, 0, 0), a.Version));
    }

    [Fact]
    public void TheGeneratorIsNetStandard() =>
        Assert.Equal(".NETStandard,Version=v2.0", Generator.GetCustomAttribute<TargetFrameworkAttribute>()!.FrameworkName);

    [Fact]
    public void GeneratedCodeNamesTheVersionOfTheGenerator()
    {
        string version = Generator.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
        string text = Assert.Single(Compilations.Files(Compilations.Of(Sources.Tiny), kernels: false)).Text;
        Assert.Contains($"GeneratedCode(\"Fcn.Generator\", \"{version}\")", text);
    }
}
