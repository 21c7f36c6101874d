using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Fcn.Weights;

// Values in files are little-endian; on the few big-endian machines they are turned in place.
internal static class LittleEndian
{
    public static unsafe void Turn<T>(Span<T> values) where T : unmanaged
    {
        if (BitConverter.IsLittleEndian) return;
        switch (sizeof(T))
        {
            case 2:
                Span<short> halves = MemoryMarshal.Cast<T, short>(values);
                BinaryPrimitives.ReverseEndianness(halves, halves);
                break;
            case 4:
                Span<int> words = MemoryMarshal.Cast<T, int>(values);
                BinaryPrimitives.ReverseEndianness(words, words);
                break;
            case 8:
                Span<long> doubles = MemoryMarshal.Cast<T, long>(values);
                BinaryPrimitives.ReverseEndianness(doubles, doubles);
                break;
        }
    }
}
