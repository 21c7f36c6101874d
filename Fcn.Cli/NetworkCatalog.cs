// Names → networks: what the verbs can open. A list written by hand, in the order in which it is shown.
using System.Collections;
using Fcn.Data;
using Fcn.Devices;
using Fcn.Imaging;

namespace Fcn.Cli;

/// <summary>The networks a tool knows, by name. Case, dashes, dots and underscores in names do not matter.</summary>
public sealed class NetworkCatalog : IEnumerable<CatalogEntry>
{
    readonly List<CatalogEntry> entries = [];

    /// <summary>Adds a network.</summary>
    /// <param name="name">How it is called on the command line, such as <c>mynet</c>.</param>
    /// <param name="summary">The generated layer table, <c>MyNet.Summary</c>.</param>
    /// <param name="code">What was compiled for it, <c>MyNet.Code</c>.</param>
    /// <param name="open">Makes it on a device: <c>device => new MyNet(device)</c>.</param>
    /// <param name="classNames">
    /// A name for each class, for legends and tables; null for PASCAL VOC's where there are 21, otherwise <c>class 0</c>, <c>class 1</c>, …
    /// A data set's own names come first.
    /// </param>
    /// <param name="palette">Colours of masks and overlays; null for PASCAL VOC's.</param>
    /// <returns>This catalog.</returns>
    /// <exception cref="ArgumentException">The name is empty or taken, or there are not as many class names as classes.</exception>
    public NetworkCatalog Add(
        string name, NetworkSummary summary, Func<NetworkCode> code, Func<Device, Network> open,
        IReadOnlyList<string>? classNames = null, Palette? palette = null)
    {
        if (Key(name).Length == 0) throw new ArgumentException("A network needs a name.", nameof(name));
        if (entries.Exists(e => Key(e.Name) == Key(name)))
            throw new ArgumentException($"There is a network '{name}' already.", nameof(name));
        if (classNames is not null && classNames.Count != summary.Classes)
            throw new ArgumentException($"{name} has {summary.Classes} classes; {classNames.Count} names were given.", nameof(classNames));
        classNames ??= summary.Classes == ClassNames.Voc.Count ? ClassNames.Voc : ClassNames.Numbered(summary.Classes);
        entries.Add(new CatalogEntry(name, summary, code, open, classNames, palette ?? Palette.Voc));
        return this;
    }

    /// <summary>The network of a name, or of that class name.</summary>
    /// <exception cref="FcnException">There is none: the message lists all, and the nearest first.</exception>
    public CatalogEntry Find(string name)
    {
        if (TryFind(name) is { } found) return found;
        string all = string.Join(", ", entries.Select(static e => e.Name));
        string? near = Nearest.To(Key(name), entries.Select(static e => (Key(e.Name), e.Name)));
        throw new FcnException(near is null
            ? $"There is no network '{name}'. Networks here: {all}."
            : $"There is no network '{name}'. Did you mean {near}? Networks here: {all}.");
    }

    internal CatalogEntry? TryFind(string name) =>
        entries.Find(e => Key(e.Name) == Key(name)) ?? entries.Find(e => Key(e.Summary.Name) == Key(name));

    /// <inheritdoc/>
    public IEnumerator<CatalogEntry> GetEnumerator() => entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    static string Key(string name) => new([.. name.Where(static c => c is not ('-' or '_' or '.' or ' ')).Select(char.ToLowerInvariant)]);
}

/// <summary>One network of a catalog.</summary>
/// <param name="Name">How it is called on the command line.</param>
/// <param name="Summary">Its layer table.</param>
/// <param name="Code">What was compiled for it.</param>
/// <param name="Open">Makes it on a device.</param>
/// <param name="ClassNames">A name for each class.</param>
/// <param name="Palette">Colours of its classes.</param>
public sealed record CatalogEntry(
    string Name, NetworkSummary Summary, Func<NetworkCode> Code, Func<Device, Network> Open,
    IReadOnlyList<string> ClassNames, Palette Palette);
