using System.Globalization;
using System.Text;
using Fcn.Weights;
using Xunit;

namespace Fcn.Tests.Weights;

public sealed class SafetensorsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // {"a": F32[2] = 1, 2}, as the reference implementation writes it.
    private const string Vector = "38000000000000007b2261223a7b226474797065223a22463332222c227368617065223a5b325d2c22646174615f6f66" +
        "6673657473223a5b302c385d7d7d20200000803f00000040";

    [Fact]
    public void The_vector_is_written_byte_for_byte()
    {
        var writer = new SafetensorsWriter();
        writer.Add("a", [2], static (Span<float> values) => (values[0], values[1]) = (1, 2));
        writer.Save(_folder["a.safetensors"]);
        Assert.Equal(Vector, Convert.ToHexStringLower(File.ReadAllBytes(_folder["a.safetensors"])));
        Assert.Equal(["a.safetensors"], _folder.Names);
    }

    [Fact]
    public void The_vector_is_read()
    {
        using SafetensorsReader file = SafetensorsReader.Open(_folder.Write("a.safetensors", Convert.FromHexString(Vector)));
        TensorEntry entry = Assert.Single(file.Tensors).Value;
        Assert.Equal((ElementType.F32, 64L, 8L, 2L), (entry.Type, entry.Offset, entry.Bytes, entry.Count));
        Assert.Equal([2L], entry.Shape);
        float[] values = new float[2];
        file.Read("a", values);
        Assert.Equal([1f, 2f], values);
    }

    [Fact]
    public void Order_is_by_type_from_the_last_then_by_the_bytes_of_the_name()
    {
        var writer = new SafetensorsWriter();
        writer.Add("z", [1], static (Span<byte> v) => v[0] = 7);
        writer.Add("\uFF61", [], static (Span<float> v) => v[0] = 3);       // EF BD A1
        writer.Add("\U00010000", [], static (Span<float> v) => v[0] = 4);   // F0 90 80 80, but smaller in UTF-16
        writer.Add("a", [2, 0], static (Span<float> v) => Assert.True(v.IsEmpty));
        writer.Add("i", [1], static (Span<long> v) => v[0] = long.MinValue);
        writer.Add("d", [1], static (Span<double> v) => v[0] = Math.PI);
        (writer.Metadata["z"], writer.Metadata["a"]) = ("1", "quote \" and \u00e9");
        writer.Save(_folder["a"]);

        byte[] bytes = File.ReadAllBytes(_folder["a"]);
        string header = Encoding.UTF8.GetString(bytes, 8, BitConverter.ToInt32(bytes, 0));
        Assert.StartsWith("""{"__metadata__":{"a":"quote \" and é","z":"1"},"i":{"dtype":"I64","shape":[1],"data""", header);
        Assert.Equal(0, Encoding.UTF8.GetByteCount(header) % 8);

        using SafetensorsReader file = SafetensorsReader.Open(_folder["a"]);
        Assert.Equal(["i", "d", "a", "\uFF61", "\U00010000", "z"], file.Tensors.Keys);
        Assert.Equal("quote \" and \u00e9", file.Metadata["a"]);
        long[] i = new long[1];
        double[] d = new double[1];
        byte[] z = new byte[1];
        float[] f = new float[1];
        file.Read("i", i);
        file.Read("d", d);
        file.Read("z", z);
        Assert.Equal((long.MinValue, Math.PI, (byte)7), (i[0], d[0], z[0]));
        file.Read("\U00010000", f);
        Assert.Equal(4, f[0]);
        file.Read("d", f);
        Assert.Equal((float)Math.PI, f[0]);
    }

    [Fact]
    public void The_same_tensors_in_another_order_give_the_same_bytes()
    {
        string[] names = ["conv1_1.weight", "conv1_1.bias", "score.weight"];
        foreach (string[] order in (string[][])[names, [.. names.Reverse()]])
        {
            var writer = new SafetensorsWriter();
            foreach (string name in order) writer.Add(name, [3], (Span<float> v) => v.Fill(name.Length));
            writer.Save(_folder[order[0]]);
        }
        Assert.Equal(File.ReadAllBytes(_folder[names[0]]), File.ReadAllBytes(_folder[names[2]]));
    }

    [Theory]
    [InlineData("F16", "003C00C00000007E", new[] { 1f, -2f, 0f, float.NaN })]
    [InlineData("BF16", "803F00C00000C07F", new[] { 1f, -2f, 0f, float.NaN })]
    [InlineData("F64", "000000000000F03F9A9999999999B93F", new[] { 1f, 0.1f })]
    [InlineData("F32", "0000803F0000C07F", new[] { 1f, float.NaN })]
    public void Other_floats_are_converted(string type, string data, float[] expected)
    {
        byte[] bytes = Convert.FromHexString(data);
        string header = $$$"""{"x":{"dtype":"{{{type}}}","shape":[{{{expected.Length}}}],"data_offsets":[0,{{{bytes.Length}}}]}}""";
        using SafetensorsReader file = SafetensorsReader.Open(_folder.Write("x", File8(header, bytes)));
        float[] values = new float[expected.Length];
        file.Read("x", values);
        Assert.Equal(expected, values);
    }

    [Fact]
    public void A_long_tensor_is_converted_in_pieces()
    {
        var writer = new SafetensorsWriter();
        writer.Add("x", [100_000], static (Span<double> v) => { for (int i = 0; i < v.Length; i++) v[i] = i; });
        writer.Save(_folder["x"]);
        using SafetensorsReader file = SafetensorsReader.Open(_folder["x"]);
        float[] values = new float[100_000];
        file.Read("x", values);
        Assert.Equal(Enumerable.Range(0, 100_000).Select(static i => (float)i), values);
    }

    [Fact]
    public void Every_type_is_listed_but_only_floats_are_read()
    {
        const string all = "F4 2,F6_E2M3 3,F6_E3M2 3,BOOL 4,U8 4,I8 4,F8_E5M2 4,F8_E4M3 4,F8_E8M0 4,F8_E4M3FNUZ 4,F8_E5M2FNUZ 4," +
            "I16 8,U16 8,I32 16,U32 16,C64 32,I64 32,U64 32";
        foreach (string[] line in all.Split(',').Select(static t => t.Split(' ')))
        {
            string type = line[0];
            int bytes = int.Parse(line[1], CultureInfo.InvariantCulture);
            string header = $$$"""{"x":{"dtype":"{{{type}}}","shape":[2,2],"data_offsets":[0,{{{bytes}}}]}}""";
            string path = _folder.Write("t", File8(header, new byte[bytes]));
            using SafetensorsReader file = SafetensorsReader.Open(path);
            Assert.Equal(bytes, file.Tensors["x"].Bytes);
            Assert.Equal($"Tensor 'x' of '{path}' has the type {type}; F32, F16, BF16 or F64 is needed. Convert it before saving.",
                Refusal.Of(() => file.Read("x", new float[4])));
        }
    }

    [Fact]
    public void Wrong_names_and_counts_are_errors()
    {
        using SafetensorsReader file = SafetensorsReader.Open(_folder.Write("a", Convert.FromHexString(Vector)));
        Assert.Equal($"'{_folder["a"]}' has no tensor 'b'; it has 1 others.", Refusal.Of(() => file.Read("b", new float[2])));
        Assert.Equal($"Tensor 'a' of '{_folder["a"]}' is (2), 2 values, not 3.", Refusal.Of(() => file.Read("a", new float[3])));
        Assert.Contains("has the type F32; I64 is needed", Refusal.Of(() => file.Read("a", new long[2])));
    }

    [Fact]
    public void Names_are_unique_and_not_reserved()
    {
        var writer = new SafetensorsWriter();
        writer.Add("a", [1], static (Span<float> _) => { });
        Assert.Throws<ArgumentException>(() => writer.Add("a", [1], static (Span<byte> _) => { }));
        Assert.Throws<ArgumentException>(() => writer.Add("__metadata__", [1], static (Span<float> _) => { }));
        Assert.Throws<ArgumentException>(() => writer.Add("b", [-1], static (Span<float> _) => { }));
        Assert.Throws<ArgumentException>(() => writer.Add("c", [1 << 16, 1 << 16], static (Span<float> _) => { }));
        Assert.Throws<EncoderFallbackException>(() => writer.Add("\uD800", [1], static (Span<float> _) => { }));
    }

    [Fact]
    public void A_producer_that_fails_leaves_the_old_file_alone()
    {
        string path = _folder.Write("a", Convert.FromHexString(Vector));
        var writer = new SafetensorsWriter();
        writer.Add("x", [1], static (Span<float> _) => throw new FcnException("device lost"));
        Assert.Equal("device lost", Refusal.Of(() => writer.Save(path)));
        Assert.Equal(Vector, Convert.ToHexStringLower(File.ReadAllBytes(path)));
        Assert.Equal(["a"], _folder.Names);
    }

    [Fact]
    public void Opening_a_large_file_reads_its_header_alone()
    {
        const string header = """{"x":{"dtype":"F32","shape":[100000000],"data_offsets":[0,400000000]}}""";
        string path = _folder.Write("large", File8(header, []));
        using (FileStream stream = File.OpenWrite(path)) stream.SetLength(stream.Length + 400_000_000); // a hole, takes no room on the disk
        long before = GC.GetAllocatedBytesForCurrentThread();
        using SafetensorsReader file = SafetensorsReader.Open(path);
        Assert.Equal(100_000_000, file.Tensors["x"].Count);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 50_000);
    }

    internal static byte[] File8(string header, byte[] data) =>
        [.. BitConverter.GetBytes((long)Encoding.UTF8.GetByteCount(header)), .. Encoding.UTF8.GetBytes(header), .. data];
}
