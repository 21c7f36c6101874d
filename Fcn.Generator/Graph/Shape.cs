namespace Fcn.Generator.Graph;

// What a node yields. Batch N is implied in Map, Labels and Scalar; H and W share one formula because kernels are square.
internal abstract record Shape;

/// Activations, scores and their gradients: (N, Channels, Size(H), Size(W)).
internal sealed record MapShape(int Channels, Extent Size) : Shape
{
    public override string ToString() => $"{Channels} x {Size}";
}

/// A parameter, its gradient or a packed copy of it: (O, I, K, K); a bias is (O, 1, 1, 1).
internal sealed record WeightShape(int Out, int In, int Kernel) : Shape
{
    public override string ToString() => $"({Out}, {In}, {Kernel}, {Kernel})";
}

/// One class index per pixel of the input.
internal sealed record LabelShape : Shape
{
    public override string ToString() => "labels";
}
