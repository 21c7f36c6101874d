using Fcn.Generator.Declaration;
using Fcn.Generator.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Fcn.Generator.Source;

/// What generated code must know of the user's project beside his declarations: what it may be written in, and whether ILGPU is referenced.
internal sealed record UserProject(bool ReferencesIlgpu, bool IsSigned, bool AllowsUnsafe, bool Optimizes, string? OldLanguage, Selection Selection)
{
    public static UserProject Read(Compilation compilation, Selection selection)
    {
        var (options, language) = ((CSharpCompilationOptions)compilation.Options, ((CSharpCompilation)compilation).LanguageVersion);
        return new(
            compilation.GetTypeByMetadataName("ILGPU.Runtime.Cuda.CudaAsm") is not null,
            compilation.Assembly.Identity.HasPublicKey,
            options.AllowUnsafe,
            options.OptimizationLevel == OptimizationLevel.Release,
            language < LanguageVersion.CSharp12 ? language.ToDisplayString() : null,
            selection);
    }

    /// Whether the C# compiler would take kernels; else Problems say what to set, and generated code would drown that in errors of its own.
    public bool TakesKernels => AllowsUnsafe && TakesSurface;

    /// Whether it would take the class that users see.
    public bool TakesSurface => OldLanguage is null;

    /// Whether there are kernels for ILGPU. Its launchers come from an assembly of their own, which a signed one cannot show its kernels
    /// to.
    public bool TakesIlgpu => ReferencesIlgpu && !IsSigned && Selection.Targets.Contains(Selection.Ilgpu);

    /// One of a kind for the whole project, told at this network.
    public IEnumerable<Problem> Problems(NetworkDeclaration network)
    {
        if (OldLanguage is not null) yield return Problem.AtClass(ProblemId.OldLanguage, network.Name, OldLanguage);
        if (!AllowsUnsafe) yield return Problem.AtClass(ProblemId.UnsafeNotAllowed, network.Name);
        if (ReferencesIlgpu && IsSigned) yield return Problem.AtClass(ProblemId.SignedForIlgpu, network.Name);
        foreach (string unknown in Selection.Unknown)
            yield return Problem.AtClass(ProblemId.UnknownSelection, unknown.Split('=')[0], unknown.Split('=')[1], Selection.Words(unknown.Split('=')[0]));
        if (!Optimizes) yield return Problem.AtClass(ProblemId.NotOptimized, network.Name);
    }
}
