using System.Runtime.InteropServices;
using System.Text;
using Fcn.Files;

namespace Fcn.Weights;

/// <summary>
/// Collects tensors and writes them as safetensors. Values are asked for while the file is written, one tensor at a time; order and bytes
/// depend on names, types and values alone.
/// </summary>
public sealed class SafetensorsWriter
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Dictionary<string, Pending> _tensors = new(StringComparer.Ordinal);

    /// <summary>The file's own notes (<c>__metadata__</c>); written sorted by key.</summary>
    public IDictionary<string, string> Metadata { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Adds a tensor of type F32.</summary>
    /// <param name="name">Its name; once per file.</param>
    /// <param name="shape">Sizes, outermost first; empty for a scalar.</param>
    /// <param name="fill">Fills in all values, in C order, when the file is written. What the span holds before is undefined.</param>
    /// <exception cref="ArgumentException">The name is taken or reserved, a size is negative, or more than 2³¹ − 1 values.</exception>
    public void Add(string name, IReadOnlyList<int> shape, Action<Span<float>> fill) => Add(ElementType.F32, name, shape, fill);

    /// <summary>Adds a tensor of type F64.</summary>
    /// <inheritdoc cref="Add(string, IReadOnlyList{int}, Action{Span{float}})"/>
    public void Add(string name, IReadOnlyList<int> shape, Action<Span<double>> fill) => Add(ElementType.F64, name, shape, fill);

    /// <summary>Adds a tensor of type I64.</summary>
    /// <inheritdoc cref="Add(string, IReadOnlyList{int}, Action{Span{float}})"/>
    public void Add(string name, IReadOnlyList<int> shape, Action<Span<long>> fill) => Add(ElementType.I64, name, shape, fill);

    /// <summary>Adds a tensor of type U8.</summary>
    /// <inheritdoc cref="Add(string, IReadOnlyList{int}, Action{Span{float}})"/>
    public void Add(string name, IReadOnlyList<int> shape, Action<Span<byte>> fill) => Add(ElementType.U8, name, shape, fill);

    /// <summary>Writes the file beside its target, flushes it to the disk and renames it. Takes memory for the largest tensor.</summary>
    /// <param name="path">The file; its folder exists.</param>
    /// <exception cref="FcnException">The file cannot be written; a file that was there before is untouched.</exception>
    public void Save(string path)
    {
        // The format's own order: element type descending, then the name's bytes.
        Pending[] order = [.. _tensors.Values];
        Array.Sort(order, static (a, b) => a.Type != b.Type ? b.Type.CompareTo(a.Type) : a.Key.AsSpan().SequenceCompareTo(b.Key));
        var entries = new List<(string, TensorEntry)>();
        long offset = 0;
        foreach (Pending tensor in order)
        {
            entries.Add((tensor.Name, new TensorEntry(tensor.Type, tensor.Shape, offset, tensor.Bytes)));
            offset += tensor.Bytes;
        }
        byte[] header = SafetensorsHeader.Render(entries, Metadata);
        if (header.Length - 8 > SafetensorsHeader.MaxBytes)
            throw new FcnException($"Cannot write '{path}': names and metadata exceed {SafetensorsHeader.MaxBytes} bytes.");

        AtomicFile.Write(path, stream =>
        {
            stream.Write(header);
            using var buffer = new NativeBuffer(order.Select(static t => t.Bytes).DefaultIfEmpty(0).Max());
            foreach (Pending tensor in order) tensor.Write(stream, buffer);
        });
    }

    private void Add<T>(ElementType type, string name, IReadOnlyList<int> shape, Action<Span<T>> fill) where T : unmanaged
    {
        if (name == SafetensorsHeader.MetadataKey) throw new ArgumentException($"A tensor cannot be named '{name}'.", nameof(name));
        long count = Tensor.Count(shape);
        if (count > int.MaxValue) throw new ArgumentException($"Tensor '{name}' has {count} values, more than 2^31 - 1.", nameof(shape));
        var tensor = new Pending<T>(name, Strict.GetBytes(name), type, [.. shape.Select(static size => (long)size)], (int)count, fill);
        if (!_tensors.TryAdd(name, tensor)) throw new ArgumentException($"There are two tensors named '{name}'.", nameof(name));
    }

    private abstract record Pending(string Name, byte[] Key, ElementType Type, long[] Shape, int Count)
    {
        public long Bytes => (long)Count * Type.Bits() / 8;

        public abstract void Write(Stream stream, NativeBuffer buffer);
    }

    private sealed record Pending<T>(string Name, byte[] Key, ElementType Type, long[] Shape, int Count, Action<Span<T>> Fill)
        : Pending(Name, Key, Type, Shape, Count) where T : unmanaged
    {
        private const int Piece = 1 << 20;

        public override void Write(Stream stream, NativeBuffer buffer)
        {
            Span<T> values = buffer.Of<T>(Count);
            Fill(values);
            LittleEndian.Turn(values);
            for (int at = 0; at < values.Length; at += Piece)
                stream.Write(MemoryMarshal.AsBytes(values.Slice(at, Math.Min(Piece, values.Length - at))));
        }
    }
}
