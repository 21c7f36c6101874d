using Fcn.Generator.Kernels;
using Fcn.Generator.Schedule;
using Fcn.Tests.Kernels;

namespace Fcn.Tests.Ops;

// What kernels of the runtime (RuntimeKernels) do, on the interpreter's buffers: a definition of its own, element by element.
internal sealed class InterpretedRuntime(Launch launch, Func<Value, long> number, Func<Value, KernelBuffer> memory)
{
    public void Run()
    {
        switch (launch.Name)
        {
            case "clear_border":
                ClearBorder();
                break;
            case "pad_image":
                PadImage();
                break;
            case "total":
                Memory("sum").Put(0, Memory("partial").ToArray().Take(Number("count")).Sum());
                break;
            default:
                throw new InvalidOperationException($"The runtime has no kernel '{launch.Name}'.");
        }
    }

    private int Number(string role) => checked((int)number(launch.Argument(role)));

    private KernelBuffer Memory(string role) => memory(launch.Argument(role));

    private void ClearBorder()
    {
        var (height, width, halo, block) = (Number("height"), Number("width"), Number("halo"), Number("block"));
        var map = Memory("map");
        foreach (var (at, h, w) in Places((int)number(launch.Blocks), height, width, halo))
            for (int lane = 0; lane < block && !(h >= 0 && h < height && w >= 0 && w < width); lane++) map.Put(at * block + lane, 0);
    }

    private void PadImage()
    {
        var (height, width, channels, halo) = (Number("height"), Number("width"), Number("channels"), Number("halo"));
        var (image, padded) = (Memory("image"), Memory("padded"));
        int inside = 0;
        foreach (var (at, h, w) in Places((int)number(launch.Blocks) / (height + 2 * halo), height, width, halo))
        {
            bool isInside = h >= 0 && h < height && w >= 0 && w < width;
            for (int c = 0; c < channels; c++) padded.Put(at * channels + c, isInside ? image[inside * channels + c] : 0);
            if (isInside) inside++;
        }
    }

    // Pixels of planes with borders, in the order of memory.
    private static IEnumerable<(int At, int H, int W)> Places(int planes, int height, int width, int halo)
    {
        int at = 0;
        for (int plane = 0; plane < planes; plane++)
            for (int h = -halo; h < height + halo; h++)
                for (int w = -halo; w < width + halo; w++, at++) yield return (at, h, w);
    }
}
