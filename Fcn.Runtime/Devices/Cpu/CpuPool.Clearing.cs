using System.Runtime.InteropServices;

namespace Fcn.Devices.Cpu;

// Zeroing memory on all threads. Borders are zeroed again in every run: their memory serves other buffers in between.
public sealed unsafe partial class CpuPool
{
    // Floats that are worth a thread's attention.
    private const long ClearGrain = 1 << 15;

    /// <summary>Zeroes the border of <paramref name="planes"/> consecutive planes; their inner pixels are not touched.</summary>
    /// <param name="name">The launch in a <see cref="Profile"/>.</param>
    /// <param name="map">(planes, height + 2 halo, width + 2 halo, block).</param>
    /// <param name="planes">Images times channel blocks.</param>
    /// <param name="height">Inner rows, at least 1.</param>
    /// <param name="width">Inner columns, at least 1.</param>
    /// <param name="halo">Border pixels on every side.</param>
    /// <param name="block">Floats per pixel.</param>
    public void ClearHalo(string name, float* map, int planes, int height, int width, int halo, int block)
    {
        if (halo == 0) return;
        long row = (width + 2L * halo) * block;
        long plane = (height + 2L * halo) * row;
        long border = plane - (long)height * width * block;
        int planesPerItem = (int)Math.Clamp(ClearGrain / border, 1, Math.Max(planes, 1));
        var halos = new Halos(map, planes, height, row, plane, halo * row, (long)halo * block, planesPerItem);
        Run(name, &ClearBorders, &halos, (int)((planes + halos.PlanesPerItem - 1L) / halos.PlanesPerItem));
    }

    /// <summary>Zeroes memory.</summary>
    /// <param name="name">The launch in a <see cref="Profile"/>.</param>
    /// <param name="memory">The first float.</param>
    /// <param name="floats">Number of floats.</param>
    public void Clear(string name, float* memory, long floats)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(floats);
        // At most 2^20 pieces, so that their number is an int for any memory.
        var stretch = new Stretch(memory, floats, Math.Max(ClearGrain, (floats >> 20) + 1));
        Run(name, &ClearPiece, &stretch, (int)((floats + stretch.Piece - 1) / stretch.Piece));
    }

    private static void ClearBorders(void* frame, int item)
    {
        var halos = (Halos*)frame;
        int to = (int)Math.Min(halos->Planes, (item + 1L) * halos->PlanesPerItem);
        for (int i = item * halos->PlanesPerItem; i < to; i++)
        {
            // Rows lie end to end: the right border of a row and the left border of the next are one stretch.
            float* at = halos->Map + i * halos->Plane;
            Zero(at, halos->Rows + halos->Side);
            at += halos->Rows + halos->Row - halos->Side;
            for (int y = 1; y < halos->Height; y++, at += halos->Row) Zero(at, 2 * halos->Side);
            Zero(at, halos->Side + halos->Rows);
        }
    }

    private static void ClearPiece(void* frame, int item)
    {
        var stretch = (Stretch*)frame;
        long from = item * stretch->Piece;
        Zero(stretch->Memory + from, Math.Min(stretch->Piece, stretch->Floats - from));
    }

    private static void Zero(float* memory, long floats) => NativeMemory.Clear(memory, (nuint)floats * sizeof(float));

    // Floats: Row one row, Plane one plane, Rows all rows above or below, Side the border left or right of a row.
    private readonly struct Halos(float* map, int planes, int height, long row, long plane, long rows, long side, int planesPerItem)
    {
        public readonly float* Map = map;
        public readonly int Planes = planes;
        public readonly int Height = height;
        public readonly long Row = row;
        public readonly long Plane = plane;
        public readonly long Rows = rows;
        public readonly long Side = side;
        public readonly int PlanesPerItem = planesPerItem;
    }

    private readonly struct Stretch(float* memory, long floats, long piece)
    {
        public readonly float* Memory = memory;
        public readonly long Floats = floats;
        public readonly long Piece = piece;
    }
}
