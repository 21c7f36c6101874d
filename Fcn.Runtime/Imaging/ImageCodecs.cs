using System.Collections.Immutable;
using System.Globalization;
using Fcn.Files;
using Fcn.Imaging.Jpeg;
using Fcn.Imaging.Png;

namespace Fcn.Imaging;

/// <summary>A decoder of one or more image formats. Must be thread-safe.</summary>
public interface IImageCodec
{
    /// <summary>The format's or package's name, as it appears in messages: <c>JPEG</c>.</summary>
    string Name { get; }

    /// <summary>Whether a file that opens with these bytes is for this codec.</summary>
    /// <param name="start">The first bytes of the file: 16, or all of a shorter file.</param>
    bool Recognises(ReadOnlySpan<byte> start);

    /// <summary>Decodes a file to RGB of 8 bits.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="path">Where it came from; every message names it.</param>
    /// <param name="reading">How 16-bit samples are read, or null; <see cref="ImageReading.AsStored"/> is not the codec's concern.</param>
    /// <returns>The pixels as stored, and in <see cref="Image.Orientation"/> how they belong.</returns>
    /// <exception cref="FcnException">The file is damaged, or of a kind that the codec does not read.</exception>
    Image Decode(ReadOnlyMemory<byte> file, string path, ImageReading? reading = null);
}

/// <summary>The decoders <see cref="Image.Load"/> asks, by the file's first bytes and never by its extension.</summary>
public static class ImageCodecs
{
    /// <summary>The decoders in the order they are asked: registered ones, the latest first, then PNG and JPEG.</summary>
    public static IReadOnlyList<IImageCodec> All => _all;

    private static ImmutableList<IImageCodec> _all = [new PngCodec(), new JpegCodec()];

    /// <summary>Adds a decoder that is asked before all others; so it also replaces a built-in one.</summary>
    public static void Register(IImageCodec codec) =>
        ImmutableInterlocked.Update(ref _all, static (all, added) => all.Insert(0, added), codec);

    internal static IImageCodec Find(ReadOnlySpan<byte> file, string path)
    {
        ReadOnlySpan<byte> start = file[..Math.Min(16, file.Length)];
        foreach (IImageCodec codec in _all)
            if (codec.Recognises(start)) return codec;
        string known = string.Join(", ", _all.Select(static c => c.Name).Distinct());
        if (FileKind.Of(file) is { } kind) throw kind.Instead(path, $"an image of a known format ({known})", "Convert it to PNG or JPEG.");
        throw new FcnException(file.Length == 0
            ? $"'{path}' is empty; expected an image ({known})."
            : $"'{path}' is not an image of a known format ({known}): it opens with {Describe(start)}. Convert it to PNG or JPEG.");
    }

    // The bytes in hexadecimal, and as text where they are text: 47 49 46 38 "GIF8".
    private static string Describe(ReadOnlySpan<byte> start)
    {
        string hex = string.Join(' ', start.ToArray().Take(4).Select(static b => b.ToString("X2", CultureInfo.InvariantCulture)));
        string text = string.Concat(start.ToArray().Select(static b => (char)b).TakeWhile(static c => c is >= ' ' and <= '~'));
        return text.Length == 0 ? hex : $"{hex} \"{text}\"";
    }
}
