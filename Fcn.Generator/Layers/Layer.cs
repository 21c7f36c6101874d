using Fcn.Generator.Declaration;
using Fcn.Generator.Diagnostics;

namespace Fcn.Generator.Layers;

// A word of the FCN literature: the attribute Fcn.<Word>Attribute, what can be set on it, and how it is spelled out in ops.
internal abstract class Layer(string word, params Setting[] settings)
{
    /// The layer that is read; nothing stands for the one before.
    public static readonly Reference From = new("From");

    public string Word { get; } = word;

    public IReadOnlyList<Setting> Settings { get; } = settings;

    /// Whether the word is a step of the stream, so that its place among the attributes matters.
    public virtual bool InStream => true;

    /// What is wrong with the settings, each for itself.
    public IEnumerable<Problem> Check(LayerDeclaration layer) => Settings.Select(s => s.Check(layer)).OfType<Problem>();

    /// Continues the network; returns what makes that impossible.
    public abstract Problem? Build(LayerDeclaration layer, NetworkBuilder network);
}
