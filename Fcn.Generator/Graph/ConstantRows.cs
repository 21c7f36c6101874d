namespace Fcn.Generator.Graph;

// Rows First to Last of a map that are equal to each other, whatever the image and the weights are: all that their windows read are rows
// which are equal to each other, in the first place rows of padding; no window reaches the image or beyond a border of a map inside the
// network.
internal readonly record struct ConstantRows(int First, int Last)
{
    public bool Any => First <= Last;

    /// Such rows of an op's output, by those of its input; both lengths for one size of the image.
    public ConstantRows Through(RowMap map, int length, int outLength)
    {
        var windows = new ConstantRows(-FloorDivide(-(First + map.Pad), map.Stride), FloorDivide(Last + map.Pad - map.Reach, map.Stride));
        return map.Clips
            ? new(First == 0 ? 0 : windows.First, Last == length - 1 ? outLength - 1 : windows.Last)
            : windows;
    }

    private static int FloorDivide(int value, int by) => value >= 0 ? value / by : -((by - 1 - value) / by);
}

/// Output row h is made of the input's rows h Stride - Pad to h Stride - Pad + Reach in the same way as every other row. Clips: windows end
/// at the map's borders, and part of a window of equal rows gives what all of it gives (a maximum), so that clipped windows belong to the
/// rows.
internal sealed record RowMap(int Reach, int Stride, int Pad, bool Clips = false)
{
    /// Row by row.
    public static readonly RowMap Each = new(0, 1, 0);
}
