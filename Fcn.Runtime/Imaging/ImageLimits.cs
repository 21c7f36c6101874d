using Fcn.Devices;

namespace Fcn.Imaging;

// Bounds on what a file may ask for, checked before memory is taken.
internal static class ImageLimits
{
    public const int MaxSide = 1_000_000;
    public const long MaxPixels = 1L << 28;
    public const long MaxFileBytes = 1L << 30;

    public static void Check(long width, long height, string path)
    {
        if (width < 1 || height < 1) throw new FcnException($"'{path}' is damaged: its size is {width}x{height}.");
        if (width > MaxSide || height > MaxSide || width * height > MaxPixels)
            throw new FcnException($"'{path}' has {width}x{height} pixels; at most {MaxSide} on a side and {MaxPixels} in all are read. " +
                "Cut or scale it first.");
        HostMemory.RequireHeap(width * height * 3, $"'{path}' has {width}x{height} pixels and takes", "Cut or scale it first.");
    }
}
