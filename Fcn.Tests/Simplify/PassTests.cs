using Fcn.Generator.Kernels;
using Fcn.Generator.Simplify;
using Xunit;
using static Fcn.Generator.Kernels.Value;

namespace Fcn.Tests.Simplify;

// What each pass makes of a few statements, as text; and that a target's kernels stay kernels.
public sealed class PassTests
{
    private static readonly Value X = Field("x", KernelType.To(Element.Float)), Y = Field("y", KernelType.To(Element.Float));
    private static readonly Value N = Field("N", KernelType.Int);

    [Fact]
    public void A_branch_that_is_decided_is_none() => Same(FoldBranches.Run, """
        y[1] = 2.0
        for i in 0..f.N:
            f.y[i] = 3.0
        """.Replace("y[1]", "f.y[1]"), k =>
    {
        k.If(Int(1) < 2, () => k.Store(Y, 1, Float(2)), () => k.Store(Y, 1, Float(1)));
        k.For("i", 0, N, i => k.If(Int(1) < 1, () => k.Store(Y, i, Float(2)), () => k.If(Bool(true), () => k.Store(Y, i, Float(3)))));
    });

    [Fact]
    public void A_division_by_a_number_is_a_product_or_a_shift() => Same(DivideByConstants.Run, """
        let a = multiply_high(f.N, -1431655765) >> 1
        let b = f.N - (multiply_high(f.N, -1431655765) >> 1) * 3
        let c = f.N >> 5
        let d = f.N & 31
        let e = index(f.N) / 3
        let f = f.N / f.N
        """.Replace(" = ", ": int = ").Replace("e: int", "e: index"), k =>
    {
        k.Let("a", N / 3);
        k.Let("b", N % 3);
        k.Let("c", N / 32);
        k.Let("d", N % 32);
        k.Let("e", N.To(Element.Index) / 3);
        k.Let("f", N / N);
    });

    [Fact]
    public void A_sum_with_a_product_is_one_operation() => Same(FuseMultiplyAdd.Run, """
        let a: int = fma(f.N, 3, item)
        let b: int = item + f.N * 3
        let c: index = index(f.N) * index(item) + index(item)
        """, k =>
    {
        k.Let("a", N * 3 + Item);
        k.Let("b", Item + N * 3);
        k.Let("c", N.To(Element.Index) * Item.To(Element.Index) + Item.To(Element.Index));
    });

    [Fact]
    public void A_branch_around_one_store_guards_it() => Same(GuardStatements.Run, """
        if item < f.N guarded:
            f.y[item] = 2.0
        if item < f.N:
            f.y[item] = f.x[item]
        """, k =>
    {
        k.If(Item < N, () => k.Store(Y, Item, Float(2)));
        k.If(Item < N, () => k.Store(Y, Item, X.Load(Item)));
    });

    [Fact]
    public void What_varies_of_an_address_is_in_the_pointer() => Same(SplitAddresses.Run, """
        let p: float* = bits_float(fma(item, 256, bits_byte(f.x)) + 20)
        bits_float(fma(f.N, 4, bits_byte(f.y)))[3] = bits_float(fma(f.N, 48, bits_byte(p)))[-1]
        bits_float(fma(index(item) * index(f.N), 4, bits_byte(f.y)))[0] = 1.0
        """, k =>
    {
        Value p = k.Let("p", X + (Item.To(Element.Index) * 64 + 5));
        k.Store(Y, N + 3, p.Load(N * 12 - 1));
        k.Store(Y, Item.To(Element.Index) * N.To(Element.Index), Float(1));
    });

    [Fact]
    public void What_an_instruction_cannot_hold_goes_into_the_pointer() => Same(SplitAddresses.Run, """
        bits_float(bits_byte(f.y) + 8589934592)[0] = 1.0
        """, k => k.Store(Y, (Value)(1L << 31), Float(1)));

    [Fact]
    public void What_is_computed_twice_is_named_once() => Same(ShareValues.Run, """
        let v_2: int = item * 3
        let a: int = v_2 + f.N
        let v: int = 0
        f.y[v_2] = f.x[a] + f.x[v]
        for i in 0..f.N:
            let v_3: int = i * 5
            v = v_3 + v
            f.y[v_3] = f.x[v + 1]
            f.y[a] = f.x[v + 1]
        if item < 4 guarded:
            f.y[v_2] = 1.0
        let b: int = a + 1
        """, k =>
    {
        Value Three() => Item * 3;
        k.Let("a", Three() + N);
        Value v = k.Let("v", 0);
        k.Store(Y, Three(), X.Load(Three() + N) + X.Load(v));
        k.For("i", 0, N, i =>
        {
            k.Assign(v, i * 5 + v);
            k.Store(Y, i * 5, X.Load(v + 1));
            k.Store(Y, Three() + N, X.Load(v + 1));
        });
        k.If(Item < 4, () => k.Store(Y, Three(), Float(1)));
        k.Let("b", Three() + N + 1);
    }, GuardStatements.Run);

    [Fact]
    public void A_copy_is_of_16_bytes_or_none() => Same(SizeCopies.Run, """
        shared tile: float shared* = [8]
        copy(tile, 0, f.x, 0, item < f.N ? 16 : 0)
        copy(tile, 4, f.x, 4, 16)
        """, k =>
    {
        Value tile = k.Shared("tile", Element.Float, 8);
        k.AsyncCopy(tile, 0, X, 0, Item < N);
        k.AsyncCopy(tile, 4, X, 4, Bool(true));
    });

    private static void Same(KernelPass pass, string expected, Action<KernelBuilder> write, params KernelPass[] before)
    {
        var k = new KernelBuilder();
        write(k);
        KernelPass[] passes = [.. before, pass];
        var kernel = passes.Run(k.Build("k", "") with { Threads = 32 });
        Assert.Empty(KernelSpec.Faults([kernel], KernelFamily.Gpu));
        string text = KernelPrinter.Print(kernel)["kernel k:\n".Length..];
        Assert.Equal(expected.ReplaceLineEndings("\n"), string.Join("\n", text.TrimEnd('\n').Split('\n').Select(static line => line[4..])));
    }
}
