using System.Collections.Immutable;

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
    /// <exception cref="FcnException">The file is damaged, or of a kind that the codec does not read.</exception>
    Image Decode(ReadOnlyMemory<byte> file, string path);
}

/// <summary>The decoders <see cref="Image.Load"/> asks, by the file's first bytes and never by its extension.</summary>
public static class ImageCodecs
{
    /// <summary>The decoders in the order they are asked: registered ones, the latest first, then PNG and JPEG.</summary>
    public static IReadOnlyList<IImageCodec> All => _all;

    private static ImmutableList<IImageCodec> _all = [];

    /// <summary>Adds a decoder that is asked before all others; so it also replaces a built-in one.</summary>
    public static void Register(IImageCodec codec) => ImmutableInterlocked.Update(ref _all, static (all, added) => all.Insert(0, added), codec);
}
