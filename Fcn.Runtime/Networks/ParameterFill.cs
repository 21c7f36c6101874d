// In: a parameter's row of the layer table and a seed. Out: its first values.
// Zero and bilinear: fcn.berkeleyvision.org surgery.py and paper section 4.1/4.3; He: He et al. 2015, section 2.2 (Caffe: msra filler).
using Fcn.Data;

namespace Fcn;

/// <summary>First values of parameters for which no weights are loaded.</summary>
static class ParameterFill
{
    /// <summary>Fills in one parameter; the values depend on seed, name and shape alone, so adding a layer changes no other.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <param name="seed">The user's seed.</param>
    /// <param name="values">Receives as many values as the shape has.</param>
    public static void Fill(ParameterSummary parameter, ulong seed, Span<float> values)
    {
        values.Clear();
        switch (parameter.Fill)
        {
            case Fcn.Fill.Zero: break;
            case Fcn.Fill.One: values.Fill(1); break;
            case Fcn.Fill.He: FillNormal(values, FanIn(parameter), new RandomStream(seed, Hash(parameter.Name))); break;
            case Fcn.Fill.Bilinear: FillBilinear(values, parameter); break;
        }
    }

    /// <summary>
    /// One side of the bilinear kernel of size k: 1 − |i − c| / f with f = ⌊(k + 1) / 2⌋ and c = f − 1 for odd k, f − 0.5 for even
    /// (surgery.upsample_filt).
    /// </summary>
    public static double Bilinear(int kernel, int i)
    {
        int factor = (kernel + 1) / 2;
        double centre = kernel % 2 == 1 ? factor - 1 : factor - 0.5;
        return 1 - Math.Abs(i - centre) / factor;
    }

    // OIHW: the inputs that one output sums over, I · H · W.
    static long FanIn(ParameterSummary parameter) => Math.Max(1, Tensor.Count([.. parameter.Shape.Skip(1)]));

    // Marsaglia's polar method: points (u, v) of the unit disc, two values each.
    static void FillNormal(Span<float> values, long fanIn, RandomStream random)
    {
        double deviation = Math.Sqrt(2.0 / fanIn);
        for (int i = 0; i < values.Length; i += 2)
        {
            double u, v, square;
            do
            {
                u = 2 * random.Unit() - 1;
                v = 2 * random.Unit() - 1;
                square = u * u + v * v;
            }
            while (square is >= 1 or 0);
            double factor = deviation * Math.Sqrt(-2 * Math.Log(square) / square);
            values[i] = (float)(u * factor);
            if (i + 1 < values.Length) values[i + 1] = (float)(v * factor);
        }
    }

    // FNV-1a over UTF-16 units: string.GetHashCode differs from process to process.
    static long Hash(string name)
    {
        ulong hash = 14695981039346656037;
        foreach (char c in name) hash = (hash ^ c) * 1099511628211;
        return (long)hash;
    }

    // (I, O/groups, k, k): the kernel where input channel meets its own output channel; depthwise has only those (O/groups = 1).
    static void FillBilinear(Span<float> values, ParameterSummary parameter)
    {
        if (parameter.Shape is not [int inputs, int outputs, int height, int width] || (outputs != 1 && outputs != inputs))
            throw new FcnException(
                $"'{parameter.Name}' of shape {Tensor.Describe(parameter.Shape)} cannot be bilinear: upsampling weights are (C, C, k, k) " +
                "or, depthwise, (C, 1, k, k).");
        for (int c = 0; c < inputs; c++)
        {
            Span<float> kernel = values.Slice((c * outputs + (outputs == 1 ? 0 : c)) * height * width, height * width);
            for (int y = 0; y < height; y++)
                for (int x = 0; x < width; x++)
                    kernel[y * width + x] = (float)(Bilinear(height, y) * Bilinear(width, x));
        }
    }
}
