namespace Fcn.Weights;

/// <summary>
/// Collects tensors and writes them as safetensors. Values are asked for while the file is written, one tensor at a time; order and bytes
/// depend on names, types and values alone.
/// </summary>
public sealed class SafetensorsWriter
{
    /// <summary>The file's own notes (<c>__metadata__</c>); written sorted by key.</summary>
    public IDictionary<string, string> Metadata { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Adds a tensor of type F32.</summary>
    /// <param name="name">Its name; once per file.</param>
    /// <param name="shape">Sizes, outermost first; empty for a scalar.</param>
    /// <param name="fill">Fills in all values, in C order, when the file is written.</param>
    /// <exception cref="ArgumentException">The name is taken or reserved, or a size is negative.</exception>
    public void Add(string name, IReadOnlyList<int> shape, Action<Span<float>> fill) => throw new NotImplementedException();

    /// <summary>Adds a tensor of type F64.</summary>
    public void Add(string name, IReadOnlyList<int> shape, Action<Span<double>> fill) => throw new NotImplementedException();

    /// <summary>Adds a tensor of type I64.</summary>
    public void Add(string name, IReadOnlyList<int> shape, Action<Span<long>> fill) => throw new NotImplementedException();

    /// <summary>Adds a tensor of type U8.</summary>
    public void Add(string name, IReadOnlyList<int> shape, Action<Span<byte>> fill) => throw new NotImplementedException();

    /// <summary>Writes the file beside its target, flushes it to the disk and renames it.</summary>
    /// <param name="path">The file; its folder exists.</param>
    /// <exception cref="FcnException">The file cannot be written.</exception>
    public void Save(string path) => throw new NotImplementedException();
}
