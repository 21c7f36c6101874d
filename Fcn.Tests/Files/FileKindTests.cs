using System.Text;
using Fcn.Data;
using Fcn.Files;
using Fcn.Weights;
using Xunit;

namespace Fcn.Tests.Files;

/// <summary>What people give in the place of weights, photographs, labels and lists.</summary>
public sealed class FileKindTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    public static TheoryData<string, byte[], string> Kinds => new()
    {
        { "Git LFS pointer", Bytes("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 537\n"), "git lfs pull" },
        { "HTML page", Bytes("\r\n<!DOCTYPE HTML>\n<html lang=\"en\"><title>Sign in</title>"), "Download the file itself" },
        { "HTML page", [.. Encoding.UTF8.Preamble, .. "<html><body>404"u8], "Download the file itself" },
        { "XML text", Bytes("<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>"), "Download the file itself" },
        { "PyTorch file", [.. "PK\x03\x04"u8, .. new byte[26], .. "archive/data.pklFB"u8], "save_file(torch.load(" },
        { "pickle", [0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20], "save_file(torch.load(" },
        { "zip archive", Bytes("PK\x03\x04\x14\0\0\0\b\0weights.bin"), "Unpack it" },
        { "NumPy archive (.npz)", Bytes("PK\x03\x04\x14\0\0\0\b\0conv1.weight.npy"), "dict(numpy.load(file))" },
        { "GGUF file", [.. "GGUF"u8, 3, 0, 0, 0, 0, 0, 0, 0], "read it with gguf" },
        { "MATLAB file", Bytes("MATLAB 5.0 MAT-file, Platform: GLNXA64"), "scipy.io.loadmat" },
        { "TensorFlow graph", [0x0A, 14, 0x0A, 5, .. "input"u8, 0x12, 5, .. "Const"u8], "with TensorFlow" },
        { "TensorFlow graph", [0x08, 1, 0x12, 0x80, 1], "with TensorFlow" },
        { "BMP picture", [.. "BM"u8, 0x36, 0x10, 0, 0, 0, 0, 0, 0, 0x36, 0, 0, 0], "" },
        { "PNG picture that was copied as text", [0x89, .. "PNG\n\x1A\n\0\0\0\rIHDR"u8], "as binary" },
        { "gzip file", [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3], "gunzip" },
        { "xz file", [0xFD, .. "7zXZ"u8, 0], "unxz" },
        { "zstd file", [0x28, 0xB5, 0x2F, 0xFD, 4, 0, 0, 0], "unzstd" },
        { "bzip2 file", Bytes("BZh91AY&SY"), "bunzip2" },
        { "tar archive", [.. new byte[257], .. "ustar"u8, 0], "tar -xf" },
        { "HDF5 file", [0x89, .. "HDF\r\n\x1A\n"u8], "h5py" },
        { "NumPy array", [0x93, .. "NUMPY"u8, 1, 0], "numpy.load" },
        { "ONNX file", [0x08, 0x08, 0x12, 0x07, .. "pytorch"u8], "onnx.numpy_helper" },
        { "Caffe model", [0x0A, 20, .. "VGG_ILSVRC_16_layers"u8, 0x12, 0x1B], "params[layer]" },
        { "Caffe model", [0x0A, 5, .. "FCN8s"u8, 0xA2, 0x06, 0x30], "params[layer]" },
        { "AppleDouble file", [0, 5, 0x16, 7, 0, 2, 0, 0, .. "Mac OS X        "u8], "Give that file" },
        { "HEIF", [0, 0, 0, 24, .. "ftypheic"u8], "" },
        { "PDF", Bytes("%PDF-1.7\n"), "" },
        { "JSON text", Bytes("{\"message\":\"Not Found\"}"), "" },
    };

    [Theory, MemberData(nameof(Kinds))]
    public void Weights_photographs_and_labels_are_called_what_they_are(string kind, byte[] content, string wayOut)
    {
        string path = _folder.Write("file", content);
        foreach ((Action read, string wanted) in (List<(Action, string)>)
            [
                (() => SafetensorsReader.Open(path).Dispose(), "not a safetensors file. "),
                (() => Image.Load(path), "not an image of a known format"),
                (() => LabelMap.Load(path), "not a PNG. "),
            ])
        {
            string message = Refusal.Of(read);
            Assert.StartsWith($"'{path}' is a", message);
            Assert.Contains(kind, message);
            Assert.Contains(wanted, message);
            if (wanted.Contains("safetensors", StringComparison.Ordinal)) Assert.Contains(wayOut, message);
            else Assert.DoesNotContain("safetensors", message);
            Assert.EndsWith(".", message);
        }
    }

    [Theory]
    [InlineData("89504E470D0A1A0A", "a PNG picture")]
    [InlineData("FFD8FFE000104A4649460001", "a JPEG picture")]
    [InlineData("474946383961", "a GIF picture")]
    public void Pictures_are_no_weights(string hex, string kind)
    {
        string path = _folder.Write("w.safetensors", Convert.FromHexString(hex));
        Assert.Equal($"'{path}' is {kind}, not a safetensors file. Give the weights as safetensors.",
            Refusal.Of(() => SafetensorsReader.Open(path)));
    }

    [Fact]
    public void A_text_is_no_weights()
    {
        string path = _folder.Write("w.safetensors", Encoding.UTF8.GetBytes("Größe der Gewichte: 14 MB\n"));
        Assert.Equal($"'{path}' is a text, not a safetensors file. Give the weights as safetensors.",
            Refusal.Of(() => SafetensorsReader.Open(path)));
    }

    [Fact]
    public void Weights_are_no_photograph()
    {
        var writer = new SafetensorsWriter();
        writer.Add("a", [1], static (Span<float> values) => values.Clear());
        writer.Save(_folder["photo.png"]);
        string message = Refusal.Of(() => Image.Load(_folder["photo.png"]));
        Assert.StartsWith($"'{_folder["photo.png"]}' is a safetensors file, not an image", message);
    }

    // The first byte of the length of a header may be any, and look like another kind.
    [Theory]
    [InlineData(0x1F, 0x8B)]
    [InlineData(0x08, 0x08)]
    [InlineData(0x80, 0x02)]
    [InlineData(0x50, 0x4B)]
    public void A_length_that_looks_like_a_signature_is_read(int low, int high)
    {
        byte[] header = [.. "{}"u8, .. Enumerable.Repeat((byte)' ', (high << 8 | low) - 2)];
        string path = _folder.Write("w", [.. BitConverter.GetBytes((long)header.Length), .. header]);
        using SafetensorsReader file = SafetensorsReader.Open(path);
        Assert.Empty(file.Tensors);
    }

    [Fact]
    public void A_pointer_is_no_list()
    {
        string path = _folder.Write("classes.txt", Bytes("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 5\n"));
        Assert.Equal($"'{path}' is a Git LFS pointer, which stands for the file, not a list of names. Fetch the file itself: git lfs pull.",
            Refusal.Of(() => ClassNames.Load(path)));
    }
}
