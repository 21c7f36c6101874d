using Fcn.Tests.Ptx;
using Xunit;

namespace Fcn.Tests.Ilgpu;

// The stand-in runs kernels of every kind rightly, in any order of threads, and notices what is planted into them.
public sealed class StandInTests
{
    private sealed record Sample(string Name, string Text, Action<CompiledKernel, int> Run);

    private sealed record Fault(string What, string Kernel, string From, string To, string Message);

    private static readonly Sample[] Samples =
    [
        new("scale", KernelTexts.Scale, KernelRuns.Scale),
        new("product", KernelTexts.Product, KernelRuns.Product),
        new("sum", KernelTexts.Sum, KernelRuns.Sum),
        new("count", KernelTexts.Count, KernelRuns.Count),
        new("tile", KernelTexts.Tile, KernelRuns.Tile),
    ];

    private static readonly Fault[] Faults =
    [
        new("an index off by one", "scale", "y[i] =", "y[i + 1] =", "out-of-bounds write of 4 bytes at element 100 of 100"),
        new("all blocks write the same", "scale", "Grid.IdxX * 64 + Group", "Group", "race between blocks: write"),
        new("a read of what nobody wrote", "scale", "x[i] *", "y[i] *", "never written"),
        new("a negative index", "scale", "x[i] *", "x[i - 1] *", "out-of-bounds read of 4 bytes at element -1 of 100"),
        new("no barrier behind the copies", "product", "Group.Barrier(); // filled", "", "of shared memory never written"),
        new("no barrier before the next copies", "product", "Group.Barrier(); // read", "", "race: "),
        new("shared memory off by one", "product", "row * 8 + k]", "row * 8 + k + 1]", "at element 64 of 64, at byte 256"),
        new("two threads write one shared cell", "product", "rows[Group.IdxX] =", "rows[Group.IdxX & 62] =", "race: write"),
        new("a barrier for some lanes", "product", "c[down", "if (column > 2) Group.Barrier(); c[down", "divergent barrier: 12 lanes of the warp are not there"),
        new("a barrier for some warps", "product", "c[down", "if (row > 3) Group.Barrier(); c[down", "divergent barrier: 1 warps wait, 1 warps of the block have ended"),
        new("warps at two barriers", "product", "c[down", "if (row > 3) Group.Barrier(); else Group.Barrier(); c[down", "divergent barrier: warp"),
        new("a shuffle with a lane missing", "sum", "float other = Warp", "float other = 0f; if (Group.IdxX != 7) other = Warp", "divergent shuffle: 1 lanes of the warp are not there"),
        new("a shuffle from beyond the warp", "sum", "Warp.ShuffleXor(value, mask)", "Warp.ShuffleXor(value, mask * 2)", "reads lane 32, which is not there"),
        new("a plain addition", "count", "Atomic.Add(ref seen[0], 1)", "seen[0] = seen[0] + 1", "race: "),
        new("no barrier behind atomic additions", "count", "Group.Barrier(); // counted", "", "which an atomic operation changed with no barrier between"),
        new("no wait for the copies", "tile", "CudaAsm.Emit(\"cp.async.wait_group 0;\");", "", "in flight"),
        new("no barrier behind the wait", "tile", "Group.Barrier();", "", "race: read by the warp"),
        new("a product with a lane missing", "tile", "CudaAsm.Emit(Assembly", "if (lane != 3) CudaAsm.Emit(Assembly", "divergent assembly: 1 lanes of the warp are not there"),
        new("a copy from beyond its buffer", "tile", "b + lane * 16)", "b + lane * 16 + 16)", "out-of-bounds read of 16 bytes"),
        new("a copy to beyond shared memory", "tile", "[%0+512]", "[%0+768]", "of 768 bytes of shared memory"),
        new("sums without a start", "tile", "mov.f32 %%sum3, 0f00000000;", "", "register %sum3 is read before it is written"),
        new("another block's number of threads", "scale", "int i =", "int i = 1 / (Group.IdxX - 5) * 0 +", "kernel 'scale', block"),
    ];

    private static readonly Lazy<KernelProgram> Program = new(static () => KernelTexts.Compile(
        Samples.Select(static s => s.Text).Concat(Faults.Select(static f => Of(f.Kernel).Text.Replace(f.From, f.To)))));

    public static TheoryData<string> SampleNames => [.. Samples.Select(static s => s.Name)];

    public static TheoryData<string> FaultNames => [.. Faults.Select(static f => f.What)];

    [Theory]
    [MemberData(nameof(SampleNames))]
    public void Kernels_give_right_numbers_in_any_order(string name)
    {
        for (int seed = 1; seed <= 5; seed++) Of(name).Run(Compiled(Array.IndexOf(Samples, Of(name)), name), seed);
    }

    [Theory]
    [MemberData(nameof(FaultNames))]
    public void Planted_faults_are_found(string what)
    {
        var fault = Faults.Single(f => f.What == what);
        var sample = Of(fault.Kernel);
        Assert.Contains(fault.From, sample.Text);
        var kernel = Compiled(Samples.Length + Array.IndexOf(Faults, fault), fault.Kernel);
        string message = Assert.Throws<PtxFault>(() => sample.Run(kernel, 1)).Message;
        Assert.StartsWith($"kernel '{fault.Kernel}', ", message);
        Assert.Contains(fault.Message, message);
    }

    [Theory]
    [InlineData("elements are read and written", "x[0] += 1f;")]
    [InlineData("it has to be a statement", "x[0] = 1f + Warp.ShuffleXor(1f, 1);")]
    [InlineData("it has to be a constant", "string text = \"ret;\"; CudaAsm.Emit(text);")]
    [InlineData("neither '%%' nor one of 1 operands", "CudaAsm.Emit(\"mov.u32 %1, 0;\", out int a);")]
    [InlineData("is no straight code", "CudaAsm.Emit(\"bar.sync 0;\");")]
    [InlineData("undeclared name", "CudaAsm.Emit(\"mov.u32 %0, __dyn_shared_alloca;\", out int a);")]
    [InlineData("only a kernel itself", "} private static int Other() { return Group.IdxX;")]
    [InlineData("only a kernel itself", "} private static void Other() { Group.Barrier();")]
    public void What_is_not_the_dialect_is_refused(string reason, string body)
    {
        var refusal = Record.Exception(() => KernelTexts.Compile([$"public static void k(ArrayView<float> x) {{ {body} }}"]));
        Assert.Contains(reason, Assert.IsAssignableFrom<Exception>(refusal).Message);
    }

    private static Sample Of(string name) => Samples.Single(s => s.Name == name);

    private static CompiledKernel Compiled(int number, string name) => Program.Value[$"Fixtures.{KernelTexts.Class(number)}.{name}"];
}
