using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Fcn.Weights;

// In: the JSON header of a safetensors file. Out: its tensors in the order of their data, and its metadata; or what is wrong with it.
// Source: huggingface/safetensors, README and tensor.rs. As strict as those: nothing may stand twice, every byte belongs to one tensor.
// Fields that nobody knows are passed over.
internal sealed class SafetensorsHeader(string path)
{
    public const int MaxBytes = 100_000_000;
    public const string MetadataKey = "__metadata__";

    private readonly List<(string Name, TensorEntry Entry)> _found = [];

    public OrderedDictionary<string, TensorEntry> Tensors { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    public static FcnException Damaged(
        string path, string what, Exception? cause = null, string wayOut = "Copy, download or save it again.")
    {
        string message = $"'{path}' is not a readable safetensors file: {what}. {wayOut}";
        return cause is null ? new FcnException(message) : new FcnException(message, cause);
    }

    // The data begins behind the header, at the given place of the file, and ends with the file.
    public static SafetensorsHeader Parse(ReadOnlySpan<byte> json, long dataStart, long fileLength, string path)
    {
        if (json.Length == 0 || json[0] != (byte)'{') throw Damaged(path, "its header does not open with '{'");
        if (!Utf8.IsValid(json)) throw Damaged(path, "its header is not UTF-8");
        var header = new SafetensorsHeader(path);
        try
        {
            header.ReadAll(json);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // the latter for escaped halves of surrogate pairs
        {
            throw Damaged(path, $"its header is not JSON ({e.Message})", e);
        }
        header.CheckTiling(dataStart, fileLength);
        return header;
    }

    private void ReadAll(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 128 });
        reader.Read();
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            if (!names.Add(name)) throw Damaged(path, $"'{name}' stands twice in its header");
            reader.Read();
            if (name == MetadataKey && reader.TokenType == JsonTokenType.Null) continue;
            if (reader.TokenType != JsonTokenType.StartObject) throw Damaged(path, $"'{name}' is not an object");
            if (name == MetadataKey) ReadMetadata(ref reader);
            else _found.Add((name, ReadTensor(ref reader, name)));
        }
        reader.Read(); // anything but white space behind the object is a JsonException
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string key = reader.GetString()!;
            reader.Read();
            if (reader.TokenType != JsonTokenType.String) throw NotText(key);
            if (!Metadata.TryAdd(key, reader.GetString()!)) throw Damaged(path, $"the metadata '{key}' stands twice");
        }
    }

    // Offset is counted from the beginning of the data until CheckTiling moves it.
    private TensorEntry ReadTensor(ref Utf8JsonReader reader, string name)
    {
        ElementType? type = null;
        List<long>? shape = null, offsets = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string field = reader.GetString()!;
            reader.Read();
            switch (field)
            {
                case "dtype" when type is null && reader.TokenType == JsonTokenType.String:
                    if (!ElementTypes.TryParse(reader.GetString()!, out ElementType known))
                        throw Damaged(path, $"tensor '{name}' has the unknown type '{reader.GetString()}'");
                    type = known;
                    break;
                case "shape" when shape is null:
                    shape = ReadNumbers(ref reader, name, field);
                    break;
                case "data_offsets" when offsets is null:
                    offsets = ReadNumbers(ref reader, name, field);
                    break;
                case "dtype" or "shape" or "data_offsets":
                    throw Damaged(path, $"tensor '{name}' has a '{field}' that is doubled or of the wrong kind");
                default:
                    reader.Skip();
                    break;
            }
        }
        if (type is null || shape is null || offsets is not [long begin, long end])
            throw Damaged(path, $"tensor '{name}' lacks its dtype, shape or pair of data_offsets");
        long bytes = Size(name, type.Value, shape);
        if (end < begin || end - begin != bytes)
            throw Damaged(path, $"tensor '{name}' takes {bytes} bytes by its type and shape, but lies at {begin}..{end}");
        return new TensorEntry(type.Value, shape.ToArray(), begin, bytes);
    }

    private List<long> ReadNumbers(ref Utf8JsonReader reader, string name, string field)
    {
        var numbers = new List<long>();
        if (reader.TokenType != JsonTokenType.StartArray) throw Damaged(path, $"'{field}' of tensor '{name}' is not a list");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out long number) || number < 0)
                throw Damaged(path, $"'{field}' of tensor '{name}' holds something else than sizes");
            numbers.Add(number);
        }
        return numbers;
    }

    private long Size(string name, ElementType type, List<long> shape)
    {
        try
        {
            long bits = shape.Aggregate((long)type.Bits(), static (product, size) => checked(product * size));
            return bits % 8 == 0 ? bits / 8 : throw Damaged(path, $"tensor '{name}' does not fill whole bytes");
        }
        catch (OverflowException e)
        {
            throw Damaged(path, $"tensor '{name}' of {shape.Count} sizes is larger than any file", e);
        }
    }

    private void CheckTiling(long dataStart, long fileLength)
    {
        long end = 0;
        string? before = null;
        foreach (var (name, entry) in _found.OrderBy(static t => t.Entry.Offset).ThenBy(static t => t.Entry.Bytes))
        {
            if (entry.Offset < end) throw Shared(before!, name);
            if (entry.Offset > end)
                throw Damaged(path, $"tensor '{name}' begins at byte {entry.Offset} of the data, but the one before ends at {end}");
            end += entry.Bytes;
            before = name;
            Tensors.Add(name, entry with { Offset = dataStart + entry.Offset });
        }
        if (dataStart + end != fileLength)
            throw Damaged(path, $"its tensors end at byte {dataStart + end}, but the file has {fileLength} bytes");
    }

    private FcnException Shared(string first, string second) =>
        Damaged(path, $"'{first}' and '{second}' share bytes (tied weights), but the format gives every byte to one tensor, and its own " +
            "library refuses the file, too", wayOut: "Keep one of the two when saving, as safetensors.torch.save_model does.");

    private FcnException NotText(string key) =>
        Damaged(path, $"the metadata '{key}' is not text", wayOut: "Write text alone when saving, in Python: str(value).");

    // The header a writer puts before its data: the length, then JSON padded with blanks to a multiple of 8 bytes. Entries carry offsets
    // from the beginning of the data.
    public static byte[] Render(IEnumerable<(string Name, TensorEntry Entry)> tensors, IEnumerable<KeyValuePair<string, string>> metadata)
    {
        using var target = new MemoryStream();
        target.Write(new byte[8]);
        var options = new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var json = new Utf8JsonWriter(target, options))
        {
            json.WriteStartObject();
            bool any = false;
            foreach (var (key, value) in metadata.OrderBy(static m => m.Key, StringComparer.Ordinal))
            {
                if (!any) json.WriteStartObject(MetadataKey);
                any = true;
                json.WriteString(key, value);
            }
            if (any) json.WriteEndObject();
            foreach (var (name, entry) in tensors) Render(json, name, entry);
            json.WriteEndObject();
        }
        while (target.Length % 8 != 0) target.WriteByte((byte)' ');
        byte[] header = target.ToArray();
        System.Buffers.Binary.BinaryPrimitives.WriteInt64LittleEndian(header, header.Length - 8);
        return header;
    }

    private static void Render(Utf8JsonWriter json, string name, TensorEntry entry)
    {
        json.WriteStartObject(name);
        json.WriteString("dtype", entry.Type.Name());
        json.WriteStartArray("shape");
        foreach (long size in entry.Shape) json.WriteNumberValue(size);
        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(entry.Offset);
        json.WriteNumberValue(entry.Offset + entry.Bytes);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
