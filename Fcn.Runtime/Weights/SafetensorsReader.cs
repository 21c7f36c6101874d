namespace Fcn.Weights;

/// <summary>One tensor of a safetensors file.</summary>
/// <param name="Type">Type of the elements.</param>
/// <param name="Shape">Sizes, outermost first; empty for a scalar.</param>
/// <param name="Offset">First byte, from the start of the file.</param>
/// <param name="Bytes">Length in bytes.</param>
public sealed record TensorEntry(ElementType Type, IReadOnlyList<long> Shape, long Offset, long Bytes)
{
    /// <summary>Product of the sizes.</summary>
    public long Count => Shape.Aggregate(1L, static (count, size) => count * size);
}

/// <summary>A safetensors file: opening reads the header alone, tensors are read one by one into the caller's memory. Reading is thread-safe.</summary>
public sealed class SafetensorsReader : IDisposable
{
    /// <summary>Opens a file and checks all of its header.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FcnException">The file is missing, truncated or not safetensors.</exception>
    public static SafetensorsReader Open(string path) => throw new NotImplementedException();

    /// <summary>The file, as given.</summary>
    public string Path => throw new NotImplementedException();

    /// <summary>Tensors by name.</summary>
    public IReadOnlyDictionary<string, TensorEntry> Tensors => throw new NotImplementedException();

    /// <summary>The file's own notes (<c>__metadata__</c>).</summary>
    public IReadOnlyDictionary<string, string> Metadata => throw new NotImplementedException();

    /// <summary>Reads a tensor of type F32, F16, BF16 or F64 as floats, in C order.</summary>
    /// <exception cref="FcnException">No such tensor, another type or count, or the file cannot be read.</exception>
    public void Read(string name, Span<float> values) => throw new NotImplementedException();

    /// <summary>Reads a tensor of type F64.</summary>
    /// <exception cref="FcnException">No such tensor, another type or count, or the file cannot be read.</exception>
    public void Read(string name, Span<double> values) => throw new NotImplementedException();

    /// <summary>Reads a tensor of type I64.</summary>
    /// <exception cref="FcnException">No such tensor, another type or count, or the file cannot be read.</exception>
    public void Read(string name, Span<long> values) => throw new NotImplementedException();

    /// <summary>Reads a tensor of type U8.</summary>
    /// <exception cref="FcnException">No such tensor, another type or count, or the file cannot be read.</exception>
    public void Read(string name, Span<byte> values) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose() => throw new NotImplementedException();
}
