using Fcn.Generator.Layers;
using Microsoft.CodeAnalysis;

namespace Fcn.Generator.Source;

/// An attribute of a network, or of the backbone that stands at its place. Owner: the class it is written on. Through: the network's
/// [Backbone<T>] that brought it in, if it is not written on the network itself.
internal readonly record struct WrittenWord(string Word, AttributeData Attribute, INamedTypeSymbol Owner, AttributeData? Through)
{
    public const string Backbone = "Backbone";

    private const string Suffix = "Attribute";

    /// The backbone's class, for the word Backbone.
    public INamedTypeSymbol? Trunk =>
        Word == Backbone ? Attribute.AttributeClass?.TypeArguments.FirstOrDefault() as INamedTypeSymbol : null;

    /// Every word in the order of the stream. The place in this list is LayerDeclaration.Index: reader and source map walk the same way.
    public static IReadOnlyList<WrittenWord> Of(INamedTypeSymbol type)
    {
        List<WrittenWord> words = [];
        Collect(type, null, [type], words);
        return words;
    }

    private static void Collect(
        INamedTypeSymbol type, AttributeData? through, IReadOnlyList<INamedTypeSymbol> trail, List<WrittenWord> words)
    {
        foreach (var attribute in type.GetAttributes())
        {
            if (attribute.AttributeClass is not { } kind || !IsOurs(kind)) continue;
            if (!kind.Name.EndsWith(Suffix, StringComparison.Ordinal)) continue;
            string word = kind.Name.Substring(0, kind.Name.Length - Suffix.Length);
            if (kind.Arity == 0 && (LayerCatalog.Find(word) is null || (through is not null && word == "Fcn"))) continue;
            var written = new WrittenWord(word, attribute, type, through);
            words.Add(written);
            if (written.Trunk is { } trunk && IsBackbone(trunk) && !trail.Contains(trunk, SymbolEqualityComparer.Default))
                Collect(trunk, through ?? attribute, [.. trail, trunk], words);
        }
    }

    public static bool IsBackbone(INamedTypeSymbol type) =>
        type.GetAttributes().Any(static a => a.AttributeClass is { Name: Backbone + Suffix, Arity: 0 } kind && IsOurs(kind));

    private static bool IsOurs(INamedTypeSymbol attribute) =>
        attribute.ContainingNamespace is { Name: "Fcn", ContainingNamespace.IsGlobalNamespace: true };
}
