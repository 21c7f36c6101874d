using System.Runtime.InteropServices;

namespace Fcn.Weights;

// Room for one tensor at a time on its way between a file and a device: fc6 of VGG-16 takes 411 MB, which must not stay behind in the
// garbage collector's heap.
internal sealed unsafe class NativeBuffer(long bytes) : IDisposable
{
    private void* _start = NativeMemory.AlignedAlloc((nuint)Math.Max(bytes, 1), 64);

    public static NativeBuffer ForLargest(IReadOnlyList<ParameterSummary> parameters) =>
        new(parameters.Select(static p => Tensor.Count(p.Shape)).DefaultIfEmpty(0).Max() * sizeof(float));

    public Span<T> Of<T>(int count) where T : unmanaged
    {
        ObjectDisposedException.ThrowIf(_start == null, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)count * sizeof(T), Math.Max(bytes, 1));
        return new Span<T>(_start, count);
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_start);
        _start = null;
    }
}
