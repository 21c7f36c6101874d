using Fcn.Tests.Weights;
using Fcn.Weights;
using Xunit;
using Xunit.Abstractions;

namespace Fcn.Tests.Fuzz;

public sealed class SafetensorsFuzzTests(ITestOutputHelper output)
{
    private static readonly string[] Words =
    [
        "\"dtype\":", "\"shape\":", "\"data_offsets\":", "__metadata__", "{", "}", "[", "]", ",", "\"", "F32", "F64", "U8", "F4",
        "\\ud800", "{\"a\":{", "[0,0]",
    ];

    private static readonly byte[][] Corpus =
    [
        SafetensorsTests.File8("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", new byte[8]),
        SafetensorsTests.File8("""
            {"__metadata__":{"k":"v","step":"12"},"w":{"dtype":"F32","shape":[2,1,3,3],"data_offsets":[0,72]},
            "b":{"dtype":"F16","shape":[2],"data_offsets":[72,76]},"n":{"dtype":"U8","shape":[],"data_offsets":[76,77]}}
            """, new byte[77]),
        SafetensorsTests.File8("{}", []),
    ];

    [Fact]
    public void Damaged_files_are_refused_or_read()
    {
        FuzzTally tally = FuzzRun.Over(Corpus, 20_000, new Mutations(4, Words), static path =>
        {
            using SafetensorsReader file = SafetensorsReader.Open(path);
            byte[] bytes = File.ReadAllBytes(path);
            Assert.Equal(bytes.Length, 8 + BitConverter.ToInt64(bytes, 0) + file.Tensors.Values.Sum(static t => t.Bytes));
            foreach (var (name, entry) in file.Tensors)
                if (entry.Type.IsReadable()) file.Read(name, new float[entry.Count]);
        }, static file => (1 << 15) + 200L * file.Length, KeepLength);
        output.WriteLine(tally.ToString());
        Assert.InRange(tally.Read, 100, 19_000);
        Assert.InRange(tally.Refused, 1_000, 19_900);
    }

    // Sets the length of the header to what stands before the last closing brace, so that damage inside it is parsed.
    private static byte[] KeepLength(byte[] file)
    {
        int end = Array.LastIndexOf(file, (byte)'}') + 1;
        if (end < 9) return file;
        byte[] mended = [.. file];
        BitConverter.TryWriteBytes(mended.AsSpan(0, 8), (long)end - 8);
        return mended;
    }
}
