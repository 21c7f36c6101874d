namespace Fcn.GpuCheck;

static class Distance
{
    /// |a - b| / |b| over all elements, Frobenius; as the tests have it.
    public static double Of(IReadOnlyList<double> actual, IReadOnlyList<double> expected)
    {
        if (actual.Count != expected.Count) throw new FcnException($"{actual.Count} values, {expected.Count} were expected.");
        double difference = 0, size = 0;
        for (int i = 0; i < expected.Count; i++)
        {
            difference += (actual[i] - expected[i]) * (actual[i] - expected[i]);
            size += expected[i] * expected[i];
        }
        return size > 0 ? Math.Sqrt(difference / size) : Math.Sqrt(difference);
    }

    public static double Of(ReadOnlySpan<float> actual, ReadOnlySpan<float> expected)
    {
        double difference = 0, size = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            double apart = (double)actual[i] - expected[i];
            difference += apart * apart;
            size += (double)expected[i] * expected[i];
        }
        return size > 0 ? Math.Sqrt(difference / size) : Math.Sqrt(difference);
    }

    public static double[] Doubles(float[] values) => Array.ConvertAll(values, static v => (double)v);
}
