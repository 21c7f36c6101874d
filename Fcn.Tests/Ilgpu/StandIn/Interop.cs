namespace ILGPU;

// Bits of numbers, and atomic updates. Threads of the stand-in run one at a time, so plain arithmetic is atomic; MemoryAccess.Reach has
// traced the place.
public static class Interop
{
    public static uint FloatAsInt(float value) => BitConverter.SingleToUInt32Bits(value);

    public static float IntAsFloat(uint value) => BitConverter.UInt32BitsToSingle(value);
}

public static class Atomic
{
    public static int Add(ref int target, int value) => Exchange(ref target, target + value);

    public static float Add(ref float target, float value) => Exchange(ref target, target + value);

    public static int Max(ref int target, int value) => Exchange(ref target, Math.Max(target, value));

    public static float Max(ref float target, float value) => Exchange(ref target, Math.Max(target, value));

    public static int Exchange(ref int target, int value)
    {
        int before = target;
        target = value;
        return before;
    }

    public static float Exchange(ref float target, float value)
    {
        float before = target;
        target = value;
        return before;
    }
}
