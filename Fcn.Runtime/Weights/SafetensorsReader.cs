using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Fcn.Files;
using Microsoft.Win32.SafeHandles;

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

/// <summary>
/// A safetensors file: opening reads the header alone, tensors are read one by one into the caller's memory. Reading is thread-safe.
/// </summary>
public sealed class SafetensorsReader : IDisposable
{
    // Values read at a time: large enough for the disk, small enough for the 2 GiB of a span of bytes.
    private const int Piece = 1 << 20;

    private const string Wanted = "Give the weights as safetensors.";

    // ASCII without control characters, and what UTF-8 makes of other letters.
    private static readonly SearchValues<byte> TextBytes = SearchValues.Create(
        [.. "\t\r\n"u8, .. Enumerable.Range(' ', 256 - ' ').Where(static b => b != 0x7F).Select(static b => (byte)b)]);

    private readonly SafeFileHandle _handle;

    private SafetensorsReader(string path, SafeFileHandle handle, SafetensorsHeader header) =>
        (Path, _handle, Tensors, Metadata) = (path, handle, header.Tensors, header.Metadata);

    /// <summary>Opens a file and checks all of its header: what is listed can be read.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FcnException">The file is missing, truncated, a pipe, or not safetensors: what it is instead is said.</exception>
    public static SafetensorsReader Open(string path)
    {
        SafeFileHandle handle = InputFile.Open(path, out long length);
        try
        {
            Span<byte> start = stackalloc byte[(int)Math.Min(length, FileKind.StartBytes)];
            InputFile.Read(handle, path, start, 0);
            if (FileKind.Of(start) is { } kind && kind != FileKind.Safetensors)
                throw kind.Instead(path, "a safetensors file", kind.ForWeights ?? Wanted);
            if (length < 8) throw SafetensorsHeader.Damaged(path, $"it has {length} bytes, too few for a header");
            ulong size = BinaryPrimitives.ReadUInt64LittleEndian(start);
            if (size > (ulong)(length - 8) && start.IndexOfAnyExcept(TextBytes) < 0)
                throw new FcnException($"'{path}' is a text, not a safetensors file. {Wanted}");
            if (size > (ulong)(length - 8)) throw SafetensorsHeader.Damaged(path, $"its header claims {size} bytes, the file has {length}");
            if (size > SafetensorsHeader.MaxBytes)
                throw SafetensorsHeader.Damaged(path, $"its header claims {size} bytes; at most {SafetensorsHeader.MaxBytes} are allowed");
            byte[] json = new byte[(int)size];
            InputFile.Read(handle, path, json, 8);
            return new SafetensorsReader(path, handle, SafetensorsHeader.Parse(json, 8 + json.Length, length, path));
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>The file, as given.</summary>
    public string Path { get; }

    /// <summary>Tensors by name, in the order of their data.</summary>
    public IReadOnlyDictionary<string, TensorEntry> Tensors { get; }

    /// <summary>The file's own notes (<c>__metadata__</c>).</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Reads a tensor of type F32, F16, BF16 or F64 as floats, in C order; F64 is rounded to the nearest float.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="values">As many values as the tensor has.</param>
    /// <exception cref="FcnException">No such tensor, another type or count, or the file cannot be read.</exception>
    public void Read(string name, Span<float> values)
    {
        TensorEntry entry = Find(name, values.Length);
        switch (entry.Type)
        {
            case ElementType.F32:
                ReadValues(entry.Offset, values);
                break;
            case ElementType.F16:
                Convert(entry.Offset, values, static (Half value) => (float)value);
                break;
            case ElementType.BF16:
                Convert(entry.Offset, values, static (ushort value) => BitConverter.UInt32BitsToSingle((uint)value << 16));
                break;
            case ElementType.F64:
                Convert(entry.Offset, values, static (double value) => (float)value);
                break;
            default:
                throw WrongType(name, entry, "F32, F16, BF16 or F64");
        }
    }

    /// <summary>Reads a tensor of type F64.</summary>
    /// <inheritdoc cref="Read(string, Span{float})"/>
    public void Read(string name, Span<double> values) => ReadStored(name, ElementType.F64, values);

    /// <summary>Reads a tensor of type I64.</summary>
    /// <inheritdoc cref="Read(string, Span{float})"/>
    public void Read(string name, Span<long> values) => ReadStored(name, ElementType.I64, values);

    /// <summary>Reads a tensor of type U8.</summary>
    /// <inheritdoc cref="Read(string, Span{float})"/>
    public void Read(string name, Span<byte> values) => ReadStored(name, ElementType.U8, values);

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    private TensorEntry Find(string name, int count)
    {
        if (!Tensors.TryGetValue(name, out TensorEntry? entry))
            throw new FcnException($"'{Path}' has no tensor '{name}'; it has {Tensors.Count} others.");
        if (entry.Count != count)
            throw new FcnException($"Tensor '{name}' of '{Path}' is {Describe(entry.Shape)}, {entry.Count} values, not {count}.");
        return entry;
    }

    private FcnException WrongType(string name, TensorEntry entry, string wanted) =>
        new($"Tensor '{name}' of '{Path}' has the type {entry.Type.Name()}; {wanted} is needed. Convert it before saving.");

    private void ReadStored<T>(string name, ElementType type, Span<T> values) where T : unmanaged
    {
        TensorEntry entry = Find(name, values.Length);
        if (entry.Type != type) throw WrongType(name, entry, type.Name());
        ReadValues(entry.Offset, values);
    }

    private unsafe void ReadValues<T>(long offset, Span<T> values) where T : unmanaged
    {
        for (int at = 0; at < values.Length; at += Piece)
        {
            Span<T> piece = values.Slice(at, Math.Min(Piece, values.Length - at));
            InputFile.Read(_handle, Path, MemoryMarshal.AsBytes(piece), offset + (long)at * sizeof(T));
            LittleEndian.Turn(piece);
        }
    }

    private unsafe void Convert<T>(long offset, Span<float> values, Func<T, float> convert) where T : unmanaged
    {
        var stored = new T[Math.Min(values.Length, 1 << 14)];
        for (int at = 0; at < values.Length; at += stored.Length)
        {
            Span<T> piece = stored.AsSpan(0, Math.Min(stored.Length, values.Length - at));
            ReadValues(offset + (long)at * sizeof(T), piece);
            for (int i = 0; i < piece.Length; i++) values[at + i] = convert(piece[i]);
        }
    }

    // A shape as text: (64, 3, 3, 3).
    internal static string Describe(IReadOnlyList<long> shape) => $"({string.Join(", ", shape)})";
}
