using Fcn.Generator.Kernels;
using static Fcn.Generator.Kernels.Value;

namespace Fcn.Tests.Targets;

/// <summary>Kernels that between them hold every statement and every operation on vectors.</summary>
internal static class PtxStatements
{
    private static readonly Value Floats = Field("x", KernelType.To(Element.Float)), Result = Field("out", KernelType.To(Element.Float));
    private static readonly Value Factors = Field("factors", KernelType.To(Element.BFloat16)), Bytes = Field("bytes", KernelType.To(Element.Byte));
    private static readonly Value Count = Field("count", KernelType.Int);

    private static Value Thread => Value.Thread;

    public static readonly IReadOnlyList<Kernel> All =
    [
        // out[thread] = 8 lanes of x under every lane-wise operation, to one.
        Kernel("vectors", 32, k =>
        {
            var x = k.Let("x_", Floats.Load(Thread * 8, 8));
            var y = k.Let("y", LaneIndex(8) + Float(1).Spread(8));
            k.Assign(x, MultiplyAdd(x, y, Max(x, y)) - Select(x < y, x, y * Float(2)));
            var least = k.Let("least", x.ReduceMin());
            k.Store(Result, Thread, x.ReduceAdd() + x.ReduceMax() * least + Compose([x.Lane(3), least]).Lane(0));
        }),

        // out[8 thread ..] = factors, scaled; back to factors in pairs, and one by one.
        Kernel("halves", 32, k =>
        {
            var loaded = k.Let("loaded", Factors.Load(Thread * 8, 8));
            var wide = k.Let("wide", loaded.To(Element.Float) * Float(0.5));
            k.Store(Result, Thread * 8, wide);
            k.Store(Factors, Thread * 8, Select(wide < Float(1), wide.To(Element.BFloat16), loaded));
            k.Store(Factors, Thread * 8 + 256, Compose([loaded.Lane(1), loaded.Lane(0), loaded.Lane(7), wide.Lane(2).To(Element.BFloat16)]));
            k.Store(Factors, Thread * 2 + 512, loaded.Lane(4).Spread(2));
        }),

        Kernel("small_numbers", 32, k =>
        {
            var loaded = k.Let("loaded", Bytes.Load(Thread * 8, 8));
            k.Store(Result, Thread * 8, loaded.To(Element.Float));
            k.Store(Bytes, Thread * 8, Select(LaneIndex(8) < Float(4), loaded, Int(9).To(Element.Byte).Spread(8)));
        }),

        // Sums of a block by way of shared memory: a loop whose end is computed, both branches of an If.
        Kernel("block_sum", 64, k =>
        {
            var sums = k.Shared("sums", Element.Float, 64);
            var flag = k.Shared("flag", Element.Int, 1);
            var sum = k.Let("sum", Float(0));
            k.For("i", Thread, Count * 2, i => k.Assign(sum, sum + (Floats + 16).Load(i)), 64);
            k.Store(sums, Thread, sum);
            k.If(Thread.Equals(0), () => k.Store(flag, 0, 3));
            k.Barrier();
            k.If(Thread < 32,
                () => k.Assign(sum, sum + sums.Load(Thread + 32)),
                () => k.Assign(sum, flag.Load(0).To(Element.Float)));
            k.Store(Result - 4, Item * 64 + Thread + 4, sum);
        }),

        // One 16x8 tile of a product: fragments by ldmatrix, sums over count steps.
        Matrix("matrix_bf16", MatrixFormat.BFloat16, Element.BFloat16),
        Matrix("matrix_tf32", MatrixFormat.TensorFloat, Element.TensorFloat),
    ];

    private static Kernel Matrix(string name, string format, Element element) => Kernel(name, 32, k =>
    {
        int unit = element == Element.BFloat16 ? 2 : 4;
        var (x, weight) = (Field("a", KernelType.To(element)), Field("b", KernelType.To(Element.Word)));
        var first = k.Shared("row_sums", Element.Float, 1);
        var tile = k.Shared("tile", element, 512 / unit);
        var sums = Enumerable.Range(0, 4).Select(i => k.Let($"sum_{i}", Float(0))).ToList();
        var words = Enumerable.Range(0, 4).Select(i => k.Let($"a_{i}", Word(0))).ToList();
        var from = k.Let("from", x + Thread * (16 / unit));
        var valid = k.Let("valid", Thread < Count);
        k.Comment("fetch 16 rows of 32 bytes");
        k.AsyncCopy(tile, Thread * (16 / unit), from, 0, valid);
        k.AsyncCommit();
        k.AsyncWait(0);
        k.Barrier();
        k.For("step", 0, 2, step =>
        {
            k.LoadMatrix(tile, (Thread & 15) * (32 / unit) + (Thread >> 4) * (16 / unit), words);
            k.MatrixMultiply(format, sums, words, [weight.Load(Thread * 2), weight.Load(Thread * 2 + 1)]);
        });
        k.LoadMatrix(tile, Thread * (16 / unit), words, transposed: true);
        k.If(Thread.Equals(0), () => k.AsyncCopy(tile, 0, from, 0, Value.Int(1) <= 1));
        k.Store(first, 0, sums[0]);
        for (int i = 0; i < 4; i++) k.Store(Result, Thread * 4 + i, sums[i]);
    });

    private static Kernel Kernel(string name, int threads, Action<KernelBuilder> write)
    {
        var k = new KernelBuilder();
        write(k);
        return k.Build(name, $"{name}: test") with { Threads = threads };
    }
}
