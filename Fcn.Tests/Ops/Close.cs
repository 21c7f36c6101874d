using Xunit;

namespace Fcn.Tests.Ops;

// How far apart two results are: |a - b| / |b| over all elements, Frobenius.
internal static class Close
{
    public static double Distance(IReadOnlyList<double> actual, IReadOnlyList<double> expected)
    {
        Assert.Equal(expected.Count, actual.Count);
        double difference = 0, size = 0;
        for (int i = 0; i < expected.Count; i++)
        {
            difference += (actual[i] - expected[i]) * (actual[i] - expected[i]);
            size += expected[i] * expected[i];
        }
        return size > 0 ? Math.Sqrt(difference / size) : Math.Sqrt(difference);
    }

    public static void Within(double tolerance, IReadOnlyList<double> actual, IReadOnlyList<double> expected, string what)
    {
        double distance = Distance(actual, expected);
        Assert.True(distance <= tolerance, FormattableString.Invariant($"{what}: relative error {distance:g3}, allowed {tolerance:g3}"));
    }

    public static double Dot(IReadOnlyList<double> a, IReadOnlyList<double> b) => a.Zip(b, (x, y) => x * y).Sum();
}
