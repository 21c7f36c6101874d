using Fcn.Weights;
using Xunit;

namespace Fcn.Tests.Weights;

/// <summary>What a header may not say; one message for each.</summary>
public sealed class SafetensorsDamageTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private const string A = "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}";

    [Theory]
    [InlineData("", 0, "does not open with '{'")]
    [InlineData(" {}", 0, "does not open with '{'")]
    [InlineData("{", 0, "is not JSON")]
    [InlineData("{}}", 0, "is not JSON")]
    [InlineData("{} x", 0, "is not JSON")]
    [InlineData("{//\n}", 0, "is not JSON")]
    [InlineData("""{"a":1}""", 0, "'a' is not an object")]
    [InlineData("{" + A + "," + A + "}", 4, "'a' stands twice")]
    [InlineData("""{"__metadata__":{},"__metadata__":{}}""", 0, "'__metadata__' stands twice")]
    [InlineData("""{"__metadata__":{"k":"1","k":"2"}}""", 0, "the metadata 'k' stands twice")]
    [InlineData("""{"__metadata__":{"k":1}}""", 0, "the metadata 'k' is not text. Write text alone when saving")]
    [InlineData("""{"\ud800":{}}""", 0, "is not JSON")]
    [InlineData("""{"a":{"dtype":"F33","shape":[1],"data_offsets":[0,4]}}""", 4, "the unknown type 'F33'")]
    [InlineData("""{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "a 'dtype' that is doubled or of")]
    [InlineData("""{"a":{"dtype":32,"shape":[1],"data_offsets":[0,4]}}""", 4, "a 'dtype' that is doubled or of")]
    [InlineData("""{"a":null}""", 0, "'a' is not an object")]
    [InlineData("""{"__metadata__":1}""", 0, "'__metadata__' is not an object")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1]}}""", 4, "lacks its dtype, shape or pair of data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,4]}}""", 4, "lacks its dtype, shape or pair of data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":1,"data_offsets":[0,4]}}""", 4, "'shape' of tensor 'a' is not a list")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4, "'shape' of tensor 'a' holds something else than sizes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", 4, "'shape' of tensor 'a' holds something else than sizes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,4]}}""", 4, "holds something else than sizes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[[1]],"data_offsets":[0,4]}}""", 4, "'shape' of tensor 'a' holds something else than sizes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}}""", 4, "is larger than any file")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, "takes 8 bytes by its type and shape, but lies at 0..4")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4, "takes 4 bytes by its type and shape, but lies at 4..0")]
    [InlineData("""{"a":{"dtype":"F4","shape":[3],"data_offsets":[0,2]}}""", 2, "does not fill whole bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "begins at byte 4 of the data, but the one before")]
    [InlineData("{" + A + ""","b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}""", 6, "'a' and 'b' share bytes (tied weights)")]
    [InlineData("{" + A + "}", 3, "its tensors end at byte")]
    [InlineData("{" + A + "}", 5, "its tensors end at byte")]
    public void A_wrong_header_says_what_is_wrong(string header, int dataBytes, string expected)
    {
        string path = _folder.Write("x", SafetensorsTests.File8(header, new byte[dataBytes]));
        var e = Assert.Throws<FcnException>(() => SafetensorsReader.Open(path));
        Assert.StartsWith($"'{path}' is not a readable safetensors file: ", e.Message);
        Assert.Contains(expected, e.Message);
    }

    [Theory]
    [InlineData("{}", 0, 0)]
    [InlineData("{}   \n", 0, 0)]
    [InlineData("{" + A + "}", 4, 1)]
    [InlineData("""{"__metadata__":null}""", 0, 0)]
    [InlineData("{\"__metadata__\":null," + A + "}", 4, 1)]
    [InlineData("""{"a":{"quantized":{"by":[[[[[[[[[1]]]]]]]]]},"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":null}}""", 4, 1)]
    [InlineData("""{"s":{"data_offsets":[0,4],"shape":[],"dtype":"F32"},"z":{"dtype":"F64","shape":[0,9],"data_offsets":[0,0]}}""", 4, 2)]
    public void What_the_format_allows_is_read(string header, int dataBytes, int tensors)
    {
        using SafetensorsReader file = SafetensorsReader.Open(_folder.Write("x", SafetensorsTests.File8(header, new byte[dataBytes])));
        Assert.Equal(tensors, file.Tensors.Count);
    }

    // The reference refuses both too (InvalidOffset); saving again changes nothing.
    [Theory]
    [InlineData("""{"head":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"embed":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""")]
    [InlineData("""{"embed":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"head":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""")]
    public void Tied_weights_are_refused_by_name_with_what_helps(string header)
    {
        string path = _folder.Write("tied", SafetensorsTests.File8(header, new byte[8]));
        string message = Refusal.Of(() => SafetensorsReader.Open(path));
        Assert.Contains("'head'", message);
        Assert.Contains("'embed'", message);
        Assert.EndsWith("its own library refuses the file, too. Keep one of the two when saving, as safetensors.torch.save_model does.",
            message);
    }

    [Fact]
    public void A_header_that_is_not_utf8_is_an_error()
    {
        byte[] file = SafetensorsTests.File8("""{"?":{}}""", []);
        file[10] = 0xFF;
        Assert.Contains("is not UTF-8", Refusal.Of(() => SafetensorsReader.Open(_folder.Write("x", file))));
    }

    [Theory]
    [InlineData(new byte[0], "it has 0 bytes, too few for a header")]
    [InlineData(new byte[] { 1, 2, 3, 4, 5, 6, 7 }, "it has 7 bytes, too few for a header")]
    [InlineData(new byte[] { 255, 255, 255, 255, 255, 255, 255, 255, 0 }, "its header claims 18446744073709551615 bytes, the file has 9")]
    [InlineData(new byte[] { 2, 0, 0, 0, 0, 0, 0, 0, 0x7B }, "its header claims 2 bytes, the file has 9")]
    public void A_header_longer_than_the_file_takes_no_memory(byte[] content, string expected)
    {
        string path = _folder.Write("x", content);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains(expected, Refusal.Of(() => SafetensorsReader.Open(path)));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 50_000);
    }

    [Fact]
    public void A_header_of_more_than_100_megabytes_is_refused_unread()
    {
        string path = _folder.Write("x", [.. BitConverter.GetBytes(100_000_001L)]);
        using (FileStream stream = File.OpenWrite(path)) stream.SetLength(200_000_000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("claims 100000001 bytes; at most 100000000", Refusal.Of(() => SafetensorsReader.Open(path)));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 50_000);
    }
}
