using Fcn.Generator.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Fcn.Generator.Source;

// Classes that a generated part cannot complete.
internal static class UnsuitableClass
{
    // What the generator adds to every network.
    private static readonly string[] Members = ["Summary", "_summary", "Code", "Compiled"];

    /// Whether the class can be completed; otherwise the first reason why not is added.
    public static bool Check(INamedTypeSymbol type, List<Problem> problems, CancellationToken cancel)
    {
        if (type.TypeKind != TypeKind.Class) return false; // the C# compiler refuses the attribute there
        if (Reason(type, cancel) is not { } problem) return true;
        problems.Add(problem);
        return false;
    }

    private static Problem? Reason(INamedTypeSymbol type, CancellationToken cancel)
    {
        var parts = type.DeclaringSyntaxReferences.Select(r => r.GetSyntax(cancel)).OfType<TypeDeclarationSyntax>();
        if (type.ContainingType is { } outer) return Problem.AtClass(ProblemId.Nested, type.Name, outer.Name);
        string? unsuitable = type.IsRecord ? "a record"
            : type.IsStatic ? "static"
            : type.IsAbstract ? "abstract"
            : type.Arity > 0 ? "generic"
            : type.IsFileLocal ? "local to its file"
            : parts.Any(static p => p.ParameterList is not null) ? "given a primary constructor"
            : null;
        if (unsuitable is not null) return Problem.AtClass(ProblemId.UnsuitableClass, type.Name, unsuitable);
        if (!parts.All(static p => p.Modifiers.Any(SyntaxKind.PartialKeyword))) return Problem.AtClass(ProblemId.NotPartial, type.Name);
        if (Members.Contains(type.Name)) return Problem.AtClass(ProblemId.GeneratedMember, "The class", type.Name);
        if (Members.FirstOrDefault(m => type.GetMembers(m).Any()) is { } taken)
            return Problem.AtClass(ProblemId.GeneratedMember, $"A member of '{type.Name}'", taken);
        if (type.BaseType is not { SpecialType: not SpecialType.System_Object, TypeKind: not TypeKind.Error } parent) return null;
        return parent.ToDisplayString() == "Fcn.Network" ? null : Problem.AtClass(ProblemId.HasBaseClass, type.Name, parent.Name);
    }
}
