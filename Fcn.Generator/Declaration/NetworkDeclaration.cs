using Fcn.Generator.Collections;
using Fcn.Generator.Text;

namespace Fcn.Generator.Declaration;

// What the user wrote, as plain values: no symbols, no locations. The first of the two boundaries of the compiler: equal declarations are
// compiled once.

/// Layers: the word Fcn, the words Input (the default one if none is written), then the stream in order, the backbone's layers at its
/// place. MetadataName: by which a compilation finds the class.
internal sealed record NetworkDeclaration(
    string Namespace, string Name, string MetadataName, string Accessibility, EquatableArray<LayerDeclaration> Layers)
{
    /// The word Fcn.
    public LayerDeclaration Network => Layers[0];

    public IEnumerable<LayerDeclaration> Inputs => Layers.Where(static l => l.Word == "Input");

    /// Fcn.Models.Fcn8s: the beginning of the names of its generated files.
    public string FullName => Namespace.Length == 0 ? Name : $"{Namespace}.{Name}";

    /// The namespace of the types that only generated code refers to. Nothing that a user declares lies there, and no two networks have the
    /// same.
    public string GeneratedNamespace => $"Fcn.Generated.Networks.{(Namespace.Length == 0 ? "" : $"{EscapedNamespace}.")}{EscapedName}";

    public string EscapedName => Identifier.EscapeType(Name);

    public string EscapedNamespace => string.Join(".", Namespace.Split('.').Select(Identifier.EscapeType));
}

/// One attribute. Index: its place among the attributes of this network, by which diagnostics find its syntax again.
internal sealed record LayerDeclaration(string Word, int Index, EquatableArray<Given> Given)
{
    /// The value as it was written; null where the default stands.
    public object? Find(string setting) => Given.FirstOrDefault(g => g.Setting == setting)?.Value;

    /// How a message names this attribute: [Conv("conv1_1")], [Upsample(8)], [Fcn].
    public override string ToString() => Given.FirstOrDefault(static g => g.Leading)?.Value switch
    {
        string text => $"[{Word}({Literal.Quoted(text)})]",
        int number => $"[{Word}({Literal.Of(number)})]",
        _ => $"[{Word}]",
    };
}

/// A setting that was written: Kernel = 7, or, where it is Leading, an argument of the attribute's constructor.
/// Value: string, int, float, double, bool, EquatableArray<float>, EquatableArray<string> or null.
internal sealed record Given(string Setting, object? Value, bool Leading = false);
