using System.Diagnostics.CodeAnalysis;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Fcn.Tests.Generator;

// What MSBuild hands to the compiler of a project's properties: "FcnTargets=cpu", the name before the first '='.
internal sealed class ProjectProperties(string property) : AnalyzerConfigOptionsProvider
{
    public override AnalyzerConfigOptions GlobalOptions { get; } = new Options(property);

    public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => new Options("");

    public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) => new Options("");

    private sealed class Options(string property) : AnalyzerConfigOptions
    {
        public override bool TryGetValue(string key, [NotNullWhen(true)] out string? value)
        {
            int sign = property.IndexOf('=');
            value = sign > 0 && key == $"build_property.{property[..sign]}" ? property[(sign + 1)..] : null;
            return value is not null;
        }
    }
}
