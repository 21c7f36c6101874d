using Fcn.Generator.Collections;
using Fcn.Generator.Declaration;

namespace Fcn.Generator.Diagnostics;

// An error as a value: which one, at which attribute and setting, and what its message needs. Only FcnGenerator makes a Diagnostic of it.

/// Layer: index of the attribute (LayerDeclaration.Index), OfClass where the class itself is at fault.
/// Setting: the argument at fault; null for the whole attribute.
internal sealed record Problem(ProblemId Id, int Layer, string? Setting, EquatableArray<string> Arguments)
{
    public const int OfClass = -1;

    public static Problem At(LayerDeclaration layer, string? setting, ProblemId id, params string[] arguments) =>
        new(id, layer.Index, setting, new(arguments));

    public static Problem AtClass(ProblemId id, params string[] arguments) => new(id, OfClass, null, new(arguments));
}
