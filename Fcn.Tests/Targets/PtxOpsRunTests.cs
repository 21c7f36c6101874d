using Fcn.Generator.Kernels;
using Fcn.Generator.Targets.Ptx;
using Fcn.Tests.Ptx;
using Xunit;

namespace Fcn.Tests.Targets;

// Every operation that the renderer knows, executed: rendered for each level that has it, over random numbers and awkward ones.
public sealed class PtxOpsRunTests
{
    private const int Blocks = 8;

    public static TheoryData<string> Names => [.. PtxOps.All.Select(o => o.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Gives_what_it_says(string name)
    {
        PtxOp op = PtxOps.All.First(o => o.Name == name);
        PtxKernel kernel = PtxRenderer.Render(op.Kernel());
        double[] x = Numbers(op, 1), y = Numbers(op, 2);
        foreach (PtxTarget target in PtxTarget.All)
        {
            if (target.Capability < 80 && (kernel.Text.Contains("bf16") || kernel.Text.Contains("tf32"))) continue;
            double[] actual = Run(target, kernel, op, x, y);
            for (int i = 0; i < x.Length; i++)
            {
                double expected = op.Expected(x[i], y[i]);
                double allowed = op.Tolerance * Math.Max(1, Math.Abs(expected));
                Assert.True(actual[i].Equals(expected) || Math.Abs(actual[i] - expected) <= allowed,
                    FormattableString.Invariant($"{name}({x[i]:r}, {y[i]:r}) gives {actual[i]:r}, not {expected:r}"));
            }
        }
    }

    private static double[] Run(PtxTarget target, PtxKernel kernel, PtxOp op, double[] x, double[] y)
    {
        using var memory = new DeviceMemory();
        ulong output = memory.Allocate(x.Length * Size(op.Out), "out");
        ulong[] arguments = [.. kernel.Fields.Select(f => f.Name switch
        {
            "x" => memory.Upload<byte>(Bytes(op.In, x), "x"),
            "y" => memory.Upload<byte>(Bytes(op.In, y), "y"),
            _ => output,
        })];
        PtxEntry entry = PtxModule.Parse(target.Header + kernel.Text)[op.Name];
        PtxLauncher.Launch(entry, Blocks, kernel.Threads, kernel.SharedBytes, arguments, memory);
        return Numbers(op.Out, memory.Download<byte>(output, x.Length * Size(op.Out)));
    }

    private static double[] Numbers(PtxOp op, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, Blocks * PtxOp.Threads).Select(i => i * 31 % 97).Select(i => op.In switch
        {
            Element.Byte => (seed * 89 + i * 7) & 255,
            Element.Int => i - 30 * seed,
            Element.Index => (i - 40.0) * (i % 3 == 0 ? 1 : 1L << 20),
            Element.BFloat16 => Formats.BFloat16((float)((i - 40) * 0.37 * seed)),
            Element.TensorFloat => Formats.TensorFloat((float)((i - 40) * 0.37 * seed)),
            Element.Double => (i - 40) * 0.37 * seed,
            _ => (float)((i - 40) * 0.37 * seed),
        })];
    }

    private static int Size(Element element) => Bytes(element, [0]).Length;

    private static byte[] Bytes(Element element, double[] numbers) => [.. numbers.SelectMany(v => element switch
    {
        Element.Byte => [(byte)v],
        Element.Int => BitConverter.GetBytes((int)v),
        Element.Index => BitConverter.GetBytes((long)v),
        Element.Double => BitConverter.GetBytes(v),
        Element.BFloat16 => BitConverter.GetBytes((ushort)(BitConverter.SingleToUInt32Bits((float)v) >> 16)),
        _ => BitConverter.GetBytes((float)v),
    })];

    private static double[] Numbers(Element element, byte[] bytes)
    {
        int size = Size(element);
        return [.. Enumerable.Range(0, bytes.Length / size).Select(i => i * size).Select(at => element switch
        {
            Element.Byte => bytes[at],
            Element.Int => BitConverter.ToInt32(bytes, at),
            Element.Index => BitConverter.ToInt64(bytes, at),
            Element.Double => BitConverter.ToDouble(bytes, at),
            Element.BFloat16 => BitConverter.UInt32BitsToSingle((uint)BitConverter.ToUInt16(bytes, at) << 16),
            _ => BitConverter.ToSingle(bytes, at),
        })];
    }
}
