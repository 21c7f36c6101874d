namespace Fcn.Devices.Cpu;

/// <summary>The threads that run generated kernels.</summary>
public sealed unsafe class CpuPool : IDisposable
{
    /// <summary>Runs <paramref name="kernel"/>(frame, i) for every i in [0, items), each once, in no order; returns when all are done.</summary>
    public void Run(string name, delegate*<void*, int, void> kernel, void* frame, int items)
    {
        for (var i = 0; i < items; i++)
        {
            kernel(frame, i);
        }
    }

    /// <summary>Zeroes the border of <paramref name="planes"/> consecutive planes of (height + 2 halo) × (width + 2 halo) pixels of <paramref name="block"/> floats.</summary>
    public void ClearHalo(string name, float* map, int planes, int height, int width, int halo, int block)
    {
        long row = (width + 2L * halo) * block, plane = row * (height + 2L * halo);
        for (long p = 0; p < planes; p++)
        {
            for (long y = 0; y < height + 2L * halo; y++)
            {
                var at = map + p * plane + y * row;
                if (y < halo || y >= height + halo)
                {
                    new Span<float>(at, checked((int)row)).Clear();
                    continue;
                }

                new Span<float>(at, halo * block).Clear();
                new Span<float>(at + (halo + (long)width) * block, halo * block).Clear();
            }
        }
    }

    /// <summary>Zeroes <paramref name="floats"/> floats.</summary>
    public void Clear(string name, float* memory, long floats)
    {
        for (long i = 0; i < floats; i++)
        {
            memory[i] = 0;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
