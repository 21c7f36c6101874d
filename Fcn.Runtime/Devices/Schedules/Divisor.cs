namespace Fcn.Devices.Schedules;

// Division of a by d as a product: a / d = high word of (a * magic) >> shift. Filled in with the generator's own numbers.
internal static class Divisor
{
    public static long Magic(long d) => throw new NotImplementedException();

    public static long Shift(long d) => throw new NotImplementedException();
}
