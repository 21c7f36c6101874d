namespace Fcn.Generator.Schedule;

/// Register tiles of one kind: the function that kernels call, and, where it picks among tiles by the number of pixels, those tiles. The tiles are
/// written when somebody reads them: those of Fcn.Runtime are only called.
internal sealed class TileFamily(Kernel entry, Func<IEnumerable<Kernel>> tiles)
{
    private IReadOnlyList<Kernel>? _kernels;

    public string Name => Entry.Name;

    public Kernel Entry { get; } = entry;

    /// The entry first.
    public IReadOnlyList<Kernel> Kernels => _kernels ??= [Entry, .. tiles()];
}
