using Fcn.Tests.Generator;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Fcn.Tests.Ilgpu;

// Members of ILGPU as text: `float ILGPU.Interop.IntAsFloat(uint)`. members.txt lists what kernels may use, and has been compared with the package's
// own assembly.
internal static class Members
{
    private static readonly SymbolDisplayFormat Format = new(
        typeQualificationStyle: SymbolDisplayTypeQualificationStyle.NameAndContainingTypesAndNamespaces,
        genericsOptions: SymbolDisplayGenericsOptions.IncludeTypeParameters,
        memberOptions: SymbolDisplayMemberOptions.IncludeParameters | SymbolDisplayMemberOptions.IncludeContainingType
            | SymbolDisplayMemberOptions.IncludeType | SymbolDisplayMemberOptions.IncludeRef | SymbolDisplayMemberOptions.IncludeConstantValue,
        parameterOptions: SymbolDisplayParameterOptions.IncludeType | SymbolDisplayParameterOptions.IncludeParamsRefOut,
        miscellaneousOptions: SymbolDisplayMiscellaneousOptions.UseSpecialTypes);

    private static readonly Lazy<IReadOnlySet<string>> List =
        new(static () => Repository.Read("Fcn.Tests/Ilgpu/members.txt").TrimEnd().Split('\n').ToHashSet());

    public static IReadOnlySet<string> Listed => List.Value;

    /// What a file uses.
    public static IEnumerable<string> Used(SemanticModel model) => model.SyntaxTree.GetRoot().DescendantNodes()
        .Where(static n => n is SimpleNameSyntax or ElementAccessExpressionSyntax).Select(n => model.GetSymbolInfo(n).Symbol)
        .OfType<ISymbol>().Where(static s => s is IMethodSymbol or IPropertySymbol or IFieldSymbol && IsIlgpu(s.ContainingNamespace))
        .Select(Text).Distinct();

    /// What an assembly offers.
    public static IEnumerable<string> Of(MetadataReference assembly)
    {
        var compilation = CSharpCompilation.Create("Members",
            references: [assembly, MetadataReference.CreateFromFile(typeof(object).Assembly.Location)]);
        return Types(((IAssemblySymbol)compilation.GetAssemblyOrModuleSymbol(assembly)!).GlobalNamespace)
            .Where(static t => t.DeclaredAccessibility == Accessibility.Public && IsIlgpu(t.ContainingNamespace))
            .SelectMany(static t => t.GetMembers()).Where(static m => m.DeclaredAccessibility == Accessibility.Public)
            .Where(static m => m is IMethodSymbol { MethodKind: MethodKind.Ordinary } or IPropertySymbol or IFieldSymbol).Select(Text);
    }

    private static string Text(ISymbol symbol) => symbol.OriginalDefinition.ToDisplayString(Format);

    private static bool IsIlgpu(INamespaceSymbol? space) =>
        space is { IsGlobalNamespace: false } && $"{space}.".StartsWith("ILGPU.", StringComparison.Ordinal);

    private static IEnumerable<INamedTypeSymbol> Types(INamespaceSymbol space) =>
        space.GetTypeMembers().Concat(space.GetNamespaceMembers().SelectMany(Types));
}
