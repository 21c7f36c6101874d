namespace Fcn.Generator.Graph;

// Rows First to Last of a map that are equal to each other, whatever the image and the weights are: all that their windows read are rows which
// are equal to each other, in the first place rows of padding; no window reaches the image or beyond a border of a map inside the network.
internal readonly record struct ConstantRows(int First, int Last)
{
    public bool Any => First <= Last;

    /// Such rows of an op's output, by those of its input; both lengths for one size of the image.
    public ConstantRows Through(Op op, int length, int outLength) => op switch
    {
        Relu or Scale => this,
        Conv conv => Windows((conv.Kernel - 1) * conv.Dilation, conv.Stride, conv.Pad),
        MaxPool pool => Clipped(Windows(pool.Kernel - 1, pool.Stride, pool.Pad), length, outLength),
        _ => throw new InvalidOperationException($"Rows through '{op.Word}' are not known."),
    };

    // Output h reads rows h stride - pad to h stride - pad + reach.
    private ConstantRows Windows(int reach, int stride, int pad) =>
        new(-FloorDivide(-(First + pad), stride), FloorDivide(Last + pad - reach, stride));

    // The maximum of part of a window of equal rows is that of all of it, so windows clipped at the map's border belong to the rows.
    private ConstantRows Clipped(ConstantRows windows, int length, int outLength) =>
        new(First == 0 ? 0 : windows.First, Last == length - 1 ? outLength - 1 : windows.Last);

    private static int FloorDivide(int value, int by) => value >= 0 ? value / by : -((by - 1 - value) / by);
}
