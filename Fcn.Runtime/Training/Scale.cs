namespace Fcn.Training;

// Values → pixels along one axis, with the values worth a grid line.
readonly record struct Scale(double Least, double Most, double From, double To, bool Logarithmic, IReadOnlyList<double> Ticks)
{
    public double At(double value)
    {
        double share = Logarithmic
            ? (Math.Log10(Math.Max(value, Least)) - Math.Log10(Least)) / (Math.Log10(Most) - Math.Log10(Least))
            : (value - Least) / (Most - Least);
        return From + (To - From) * share;
    }

    // Steps of 1, 2 or 5 times a power of ten, about six of them.
    public static Scale Linear(double least, double most, double from, double to)
    {
        double rough = (most - least) / 6, power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        double step = power * (rough / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 };
        // A product, not a sum: rounding must not push the last one over the end.
        IEnumerable<double> ticks = Enumerable.Range((int)Math.Ceiling(least / step), 12).Select(i => i * step);
        return new Scale(least, most, from, to, false, [.. ticks.Where(tick => tick <= most * (1 + 1e-9))]);
    }

    // Whole decades around the values.
    public static Scale Decades(double least, double most, double from, double to)
    {
        int first = (int)Math.Floor(Math.Log10(least)), last = (int)Math.Ceiling(Math.Log10(most));
        IEnumerable<double> ticks = Enumerable.Range(first, last - first + 1).Select(static e => Math.Pow(10, e));
        return new Scale(Math.Pow(10, first), Math.Pow(10, last), from, to, true, [.. ticks]);
    }
}
