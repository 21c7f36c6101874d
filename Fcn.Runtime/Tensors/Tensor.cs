namespace Fcn;

/// <summary>A dense float tensor in C order: the form in which weights and scores cross the public surface (OIHW weights, NCHW maps).</summary>
public sealed class Tensor
{
    /// <summary>A tensor over existing data.</summary>
    /// <param name="shape">Sizes, outermost first; empty for a scalar.</param>
    /// <param name="data">As many values as the product of the sizes.</param>
    /// <exception cref="ArgumentException">A size is negative or the counts differ.</exception>
    public Tensor(IReadOnlyList<int> shape, float[] data)
    {
        long count = Count(shape);
        if (data.LongLength != count) throw new ArgumentException($"A tensor of shape {Describe(shape)} has {count} values; got {data.LongLength}.");
        (Shape, Data) = (shape.ToArray(), data);
    }

    /// <summary>Sizes, outermost first.</summary>
    public IReadOnlyList<int> Shape { get; }

    /// <summary>The values in C order.</summary>
    public float[] Data { get; }

    /// <summary>Product of the sizes of a shape.</summary>
    /// <exception cref="ArgumentException">A size is negative.</exception>
    public static long Count(IReadOnlyList<int> shape)
    {
        long count = 1;
        foreach (int size in shape) count = size >= 0 ? checked(count * size) : throw new ArgumentException($"Shape {Describe(shape)} has a negative size.");
        return count;
    }

    /// <summary>A shape as text: <c>(64, 3, 3, 3)</c>.</summary>
    public static string Describe(IReadOnlyList<int> shape) => $"({string.Join(", ", shape)})";
}
