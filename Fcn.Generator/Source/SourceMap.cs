using Fcn.Generator.Declaration;
using Fcn.Generator.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Fcn.Generator.Source;

// Leads from a problem back to the source: the attribute's argument, the attribute, or the class. Used by diagnostics alone, so that no
// location ever reaches a model.
internal static class SourceMap
{
    public static Location Find(Compilation compilation, NetworkDeclaration network, Problem problem, CancellationToken cancel)
    {
        if (compilation.Assembly.GetTypeByMetadataName(network.MetadataName) is not { } type) return Location.None;
        var words = WrittenWord.Of(type);
        if (problem.Layer < 0 || problem.Layer >= words.Count) return type.Locations.FirstOrDefault() ?? Location.None;
        var word = words[problem.Layer];
        return Find(compilation, word.Attribute, problem.Setting, cancel)
            ?? (word.Through is null ? null : Find(compilation, word.Through, null, cancel))
            ?? type.Locations.FirstOrDefault() ?? Location.None;
    }

    // Null where the attribute is not written in this compilation: a backbone of another assembly.
    private static Location? Find(Compilation compilation, AttributeData attribute, string? setting, CancellationToken cancel)
    {
        if (attribute.ApplicationSyntaxReference is not { } reference || !compilation.ContainsSyntaxTree(reference.SyntaxTree)) return null;
        if (reference.GetSyntax(cancel) is not AttributeSyntax syntax) return null;
        var arguments = syntax.ArgumentList?.Arguments ?? default;
        var parameters = attribute.AttributeConstructor?.Parameters.Select(static p => DeclarationReader.SettingOf(p.Name)).ToList() ?? [];
        for (int i = 0; i < arguments.Count && setting is not null; i++)
        {
            string? name = arguments[i] switch
            {
                { NameEquals.Name.Identifier.ValueText: var property } => property,
                { NameColon.Name.Identifier.ValueText: var parameter } => DeclarationReader.SettingOf(parameter),
                _ => i < parameters.Count ? parameters[i] : null,
            };
            if (name == setting) return arguments[i].GetLocation();
        }
        return syntax.GetLocation();
    }
}
