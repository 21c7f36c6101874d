using Fcn.Generator.Collections;
using Fcn.Generator.Declaration;
using Fcn.Generator.Diagnostics;
using Fcn.Generator.Layers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Fcn.Generator.Source;

// Symbols in, values out: with WrittenWord and SourceMap the only code that touches Roslyn's symbols. A backbone may come from another
// assembly.
internal static class DeclarationReader
{
    /// Null for a second part of a class with the same attribute, which C# does not allow: the first one is read.
    public static Reading? Read(GeneratorAttributeSyntaxContext context, CancellationToken cancel)
    {
        var type = (INamedTypeSymbol)context.TargetSymbol;
        var words = WrittenWord.Of(type);
        if (words.First(static w => w.Word == "Fcn").Attribute.ApplicationSyntaxReference is not { } written
            || written.SyntaxTree != context.TargetNode.SyntaxTree || !context.TargetNode.Span.Contains(written.Span)) return null;
        cancel.ThrowIfCancellationRequested();

        List<Problem> problems = [];
        bool extendable = UnsuitableClass.Check(type, problems, cancel);
        Parts(words, problems, cancel);
        Backbones(type, words, problems);
        string accessibility = type.DeclaredAccessibility == Accessibility.Public ? "public" : "internal";
        string space = FullName(type.ContainingNamespace);
        var network = new NetworkDeclaration(space, type.Name, MetadataName(type), accessibility, Layers(words));
        bool complete = type.TypeKind == TypeKind.Class && words.All(static w => IsComplete(w.Attribute));
        return new(network, extendable, complete, problems.ToEquatableArray());
    }

    // Fcn, every Input, then the stream. The network's own inputs precede the backbone's, and stand for those of their names; where neither
    // has one, the default stands at Fcn.
    private static EquatableArray<LayerDeclaration> Layers(IReadOnlyList<WrittenWord> words)
    {
        var read = words.Select(static (w, i) => (Written: w, Layer: Layer(w, i))).ToList();
        var network = read.First(static r => r.Written.Word == "Fcn").Layer;
        var inputs = read.Where(static r => r.Written.Word == "Input").ToLookup(static r => r.Written.Through is null, static r => r.Layer);
        List<LayerDeclaration> own = [.. inputs[true]];
        own.AddRange(inputs[false].Where(i => own.All(o => o.Get(InputLayer.Name) != i.Get(InputLayer.Name))).ToList());
        var stream = read.Where(static r => r.Written.Word is not ("Fcn" or "Input" or WrittenWord.Backbone)).Select(static r => r.Layer);
        return [network, .. own.DefaultIfEmpty(new("Input", network.Index, [])), .. stream];
    }

    // Plain names: what is displayed would be escaped (@event).
    private static string FullName(INamespaceSymbol space) => space.IsGlobalNamespace ? ""
        : space.ContainingNamespace.IsGlobalNamespace ? space.Name : $"{FullName(space.ContainingNamespace)}.{space.Name}";

    private static string MetadataName(INamedTypeSymbol type) => type.ContainingType is { } outer
        ? $"{MetadataName(outer)}+{type.MetadataName}"
        : type.ContainingNamespace.IsGlobalNamespace ? type.MetadataName : $"{FullName(type.ContainingNamespace)}.{type.MetadataName}";

    private static LayerDeclaration Layer(WrittenWord word, int index)
    {
        List<Given> given = [];
        if (word.Attribute.AttributeConstructor is { } constructor)
        {
            var arguments = word.Attribute.ConstructorArguments;
            given.AddRange(constructor.Parameters.Zip(arguments, static (p, a) => new Given(SettingOf(p.Name), Value(a), Leading: true)));
        }
        foreach (var named in word.Attribute.NamedArguments) given.Add(new(named.Key, Value(named.Value)));
        return new(word.Word, index, given.ToEquatableArray());
    }

    /// A constructor's parameter channels sets the property Channels.
    public static string SettingOf(string parameter) =>
        parameter.Length == 0 ? parameter : char.ToUpperInvariant(parameter[0]) + parameter.Substring(1);

    private static object? Value(TypedConstant constant) => constant.Kind switch
    {
        TypedConstantKind.Array when constant.Type is IArrayTypeSymbol { ElementType.SpecialType: SpecialType.System_String } =>
            constant.IsNull ? [] : constant.Values.Select(static v => v.Value as string ?? "").ToEquatableArray(),
        TypedConstantKind.Array when constant.IsNull => new EquatableArray<float>([]),
        TypedConstantKind.Array => constant.Values.Select(static v => v.Value is float value ? value : 0).ToEquatableArray(),
        TypedConstantKind.Primitive or TypedConstantKind.Enum => constant.Value ?? "",
        _ => null,
    };

    // Where C# itself reports an error, we keep quiet: one problem per cause.
    private static bool IsComplete(AttributeData attribute) =>
        attribute.AttributeConstructor is not null
        && attribute.AttributeClass!.TypeArguments.All(static t => t.TypeKind != TypeKind.Error)
        && attribute.ConstructorArguments.Concat(attribute.NamedArguments.Select(static n => n.Value))
            .All(static a => a.Kind != TypedConstantKind.Error);

    // The order of attributes on two parts would depend on the order of files.
    private static void Parts(IReadOnlyList<WrittenWord> words, List<Problem> problems, CancellationToken cancel)
    {
        var first = new Dictionary<INamedTypeSymbol, (SyntaxTree, int)>(SymbolEqualityComparer.Default);
        for (int i = 0; i < words.Count; i++)
        {
            if (LayerCatalog.Find(words[i].Word)?.InStream == false) continue;
            var syntax = words[i].Attribute.ApplicationSyntaxReference?.GetSyntax(cancel);
            if (syntax?.FirstAncestorOrSelf<TypeDeclarationSyntax>() is not { } part) continue;
            var place = (part.SyntaxTree, part.SpanStart);
            if (!first.TryGetValue(words[i].Owner, out var known)) first.Add(words[i].Owner, place);
            else if (known != place)
            {
                problems.Add(new(ProblemId.LayersOnTwoParts, i, null, [words[i].Owner.Name]));
                return;
            }
        }
    }

    private static void Backbones(INamedTypeSymbol type, IReadOnlyList<WrittenWord> words, List<Problem> problems)
    {
        List<INamedTypeSymbol> seen = [type];
        for (int i = 0; i < words.Count; i++)
        {
            if (words[i].Trunk is not { TypeKind: not TypeKind.Error } trunk) continue;
            if (!WrittenWord.IsBackbone(trunk)) problems.Add(new(ProblemId.NotABackbone, i, null, [trunk.Name]));
            else if (seen.Contains(trunk, SymbolEqualityComparer.Default))
                problems.Add(new(ProblemId.BackboneCycle, i, null, [trunk.Name]));
            seen.Add(trunk);
        }
    }
}
