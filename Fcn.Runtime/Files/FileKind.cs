// The first bytes of a file → what it is where another was meant: downloads that failed, archives, weights of other programs.
// Sources: the formats' own signatures; git-lfs' specification of pointer files; field numbers of onnx.proto, caffe.proto,
// saved_model.proto and graph.proto.
using System.Text;

namespace Fcn.Files;

// A kind of file that this project does not read, or not in this place. The way out is null where it depends on what was wanted; that for
// weights is null where the file can hold none.
internal sealed record FileKind(string Name, string? WayOut = null, string? ForWeights = null)
{
    // As many bytes of a file as are looked at.
    public const int StartBytes = 512;

    public static readonly FileKind Safetensors = new("a safetensors file");

    const string WithNumPy = "write layer.weight as (out, in, height, width) with safetensors.numpy.save_file.";

    static readonly FileKind Torch = new("a PyTorch file (.pth, .pt)",
        ForWeights: "Convert it in Python: safetensors.torch.save_file(torch.load(file, map_location=\"cpu\"), \"weights.safetensors\").");

    // Null where the bytes are nothing known.
    public static FileKind? Of(ReadOnlySpan<byte> file) => OfStart(file[..Math.Min(file.Length, StartBytes)]);

    static FileKind? OfStart(ReadOnlySpan<byte> start) => start switch
    {
        [_, _, _, _, 0, 0, 0, 0, (byte)'{', ..] => Safetensors,
        _ when start.StartsWith("version https://git-lfs"u8) =>
            new("a Git LFS pointer, which stands for the file", "Fetch the file itself: git lfs pull."),
        _ when IsMarkup(start, "<!doctype html"u8) || IsMarkup(start, "<html"u8) =>
            new("an HTML page, as downloads leave that need a log-in or failed", "Download the file itself."),
        _ when IsMarkup(start, "<?xml"u8) => new("an XML text, perhaps a server's error", "Download the file itself."),
        _ when start.StartsWith("PK\x03\x04"u8) && start.IndexOf("/data.pkl"u8) >= 0 => Torch,
        [0x80, >= 2 and <= 5, ..] => Torch with { Name = "a pickle, as PyTorch wrote .pth files before 1.6" },
        _ when start.StartsWith("PK\x03\x04"u8) && start.IndexOf(".npy"u8) >= 0 => new("a NumPy archive (.npz)",
            ForWeights: "Convert it in Python: safetensors.numpy.save_file(dict(numpy.load(file)), \"weights.safetensors\")."),
        _ when start.StartsWith("PK\x03\x04"u8) => new("a zip archive", "Unpack it first."),
        [0x1F, 0x8B, ..] => new("a gzip file", "Unpack it first: gunzip."),
        [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', ..] => new("an xz file", "Unpack it first: unxz."),
        [0x28, 0xB5, 0x2F, 0xFD, ..] => new("a zstd file", "Unpack it first: unzstd."),
        _ when start.StartsWith("BZh"u8) && start.Length > 4 && start[4..].StartsWith("1AY&SY"u8) =>
            new("a bzip2 file", "Unpack it first: bunzip2."),
        _ when start.Length > 262 && start[257..].StartsWith("ustar"u8) => new("a tar archive", "Unpack it first: tar -xf."),
        [0x89, (byte)'H', (byte)'D', (byte)'F', ..] => new("an HDF5 file (.h5, Keras)",
            ForWeights: $"Convert it in Python: read it with h5py, {WithNumPy}"),
        [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', ..] => new("a NumPy array (.npy)",
            ForWeights: "Convert it in Python: numpy.load, then safetensors.numpy.save_file under the tensor's name."),
        [0x08, >= 3 and <= 32, 0x12 or 0x1A or 0x22 or 0x28 or 0x32 or 0x3A or 0x42, ..] => new("an ONNX file",
            ForWeights: "Convert it in Python: onnx.numpy_helper.to_array of every graph.initializer, then safetensors.numpy.save_file."),
        _ when start.StartsWith("GGUF"u8) =>
            new("a GGUF file (llama.cpp)", ForWeights: $"Convert it in Python: read it with gguf, {WithNumPy}"),
        _ when start.StartsWith("MATLAB 5.0 MAT-file"u8) =>
            new("a MATLAB file (.mat)", ForWeights: $"Convert it in Python: read it with scipy.io.loadmat, {WithNumPy}"),
        _ when IsTensorFlow(start) =>
            new("a TensorFlow graph (.pb)", ForWeights: $"Convert it in Python: read its constants with TensorFlow, {WithNumPy}"),
        _ when IsCaffe(start) => new("a Caffe model (.caffemodel)",
            ForWeights: "Convert it in Python: read it with Caffe, write params[layer][0] as layer.weight and [1] as layer.bias " +
            "with safetensors.numpy.save_file."),
        [0, 5, 0x16, 7, ..] => new("an AppleDouble file: what macOS notes about the file of this name without '._'",
            "Give that file."),
        [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => new("a PNG picture"),
        [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0A, 0x1A, 0x0A, ..] or [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0D, 0x0A, ..] =>
            new("a PNG picture that was copied as text, which changed its line ends", "Copy or download it again as binary."),
        [0xFF, 0xD8, 0xFF, ..] => new("a JPEG picture"),
        [(byte)'B', (byte)'M', _, _, _, _, 0, 0, 0, 0, ..] => new("a BMP picture"),
        _ when start.StartsWith("GIF87a"u8) || start.StartsWith("GIF89a"u8) => new("a GIF picture"),
        _ when start.StartsWith("RIFF"u8) && start.Length >= 12 && start[8..].StartsWith("WEBP"u8) => new("a WebP picture"),
        [(byte)'I', (byte)'I', 42 or 43, 0, ..] or [(byte)'M', (byte)'M', 0, 42 or 43, ..] => new("a TIFF picture"),
        [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', ..] => new("a HEIF, AVIF or MP4 file"),
        _ when start.StartsWith("%PDF"u8) => new("a PDF"),
        [(byte)'{', ..] => new("a JSON text"),
        _ => null,
    };

    // Why a file of this kind is not what was wanted: 'a photograph', and what to do where the kind itself does not say.
    public FcnException Instead(string path, string wanted, string wayOut) => new($"'{path}' is {Name}, not {wanted}. {WayOut ?? wayOut}");

    static bool IsMarkup(ReadOnlySpan<byte> start, ReadOnlySpan<byte> opening)
    {
        ReadOnlySpan<byte> text = (start.StartsWith(Encoding.UTF8.Preamble) ? start[3..] : start).TrimStart(" \t\r\n"u8);
        return text.Length >= opening.Length && Ascii.EqualsIgnoreCase(text[..opening.Length], opening);
    }

    // SavedModel opens with its version (field 1); GraphDef with a node (field 1), which opens with its name.
    static bool IsTensorFlow(ReadOnlySpan<byte> start) => start switch
    {
        [0x08, 1, 0x12, ..] => true,
        [0x0A, > 4 and < 128 and var node, 0x0A, > 0 and var name, ..] when name + 2 <= node && start.Length >= 4 + name =>
            start.Slice(4, name).IndexOfAnyExceptInRange((byte)' ', (byte)'~') < 0,
        _ => false,
    };

    // NetParameter opens with its name (field 1); then come layers (2 or 100), inputs (3, 4, 8) or flags (5, 7).
    static bool IsCaffe(ReadOnlySpan<byte> start)
    {
        if (start is not [0x0A, > 0 and < 128, ..] || start.Length < 4 + start[1]) return false;
        ReadOnlySpan<byte> name = start.Slice(2, start[1]), next = start[(2 + start[1])..];
        return name.IndexOfAnyExceptInRange((byte)' ', (byte)'~') < 0
            && next is [0x12 or 0x1A or 0x20 or 0x28 or 0x38 or 0x42, ..] or [0xA2, 6, ..];
    }
}
