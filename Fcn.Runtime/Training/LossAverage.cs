namespace Fcn.Training;

// Mean of the last losses (Caffe: average_loss). Summed anew from the oldest on each time: no drift, and a restored window has equal bits.
sealed class LossAverage(int window)
{
    readonly double[] losses = new double[window];
    long seen;

    public bool IsFull => seen >= losses.Length;

    public int Count => (int)Math.Min(seen, losses.Length);

    // NaN before the first loss, as Mean.
    public double Last => seen == 0 ? double.NaN : losses[(seen - 1) % losses.Length];

    public double Mean
    {
        get
        {
            double sum = 0;
            for (long i = seen - Count; i < seen; i++) sum += losses[i % losses.Length];
            return sum / Count;
        }
    }

    public void Add(double loss) => losses[seen++ % losses.Length] = loss;

    // The window, oldest first: what Restore takes.
    public double[] ToArray()
    {
        var values = new double[Count];
        for (int i = 0; i < values.Length; i++) values[i] = losses[(seen - values.Length + i) % losses.Length];
        return values;
    }

    public void Restore(ReadOnlySpan<double> values)
    {
        seen = 0;
        foreach (double loss in values) Add(loss);
    }
}
