using Fcn.Devices.Schedules;
using Fcn.Generator.Kernels;
using Fcn.Generator.Schedule.Gpu;
using Fcn.Generator.Simplify;
using Fcn.Generator.Targets.Ptx;
using Fcn.Tests.Ops;
using Fcn.Tests.Ptx;
using Xunit;

namespace Fcn.Tests.Simplify;

// Division by an argument: exact to the ends of its ranges, and without a division on the machine.
public sealed class DivideByFieldsTests
{
    private const int Most = int.MaxValue;

    private static readonly Value A = Value.Field("a", KernelType.To(Element.Int)), Out = Value.Field("out", KernelType.To(Element.Int));
    private static readonly Value By = Value.Field("by", KernelType.Int);

    // Ends, powers of two and their neighbours, and some of the rest.
    private static readonly int[] Divisors =
    [
        .. Enumerable.Range(1, 70), .. Enumerable.Range(3, 28).SelectMany(static bit => new[] { (1 << bit) - 1, 1 << bit, (1 << bit) + 1 }),
        641, 6700417, 1_000_000_007, 1_431_655_765, 1_431_655_766, Most - 2, Most - 1, Most,
    ];

    [Fact]
    public void Every_quotient_is_exact()
    {
        var random = new Random(1);
        foreach (int by in Divisors)
        {
            uint magic = (uint)HostExpression.Magic(by);
            int shift = HostExpression.Shift(by);
            Assert.Equal((HostExpression.Magic(by), shift), (Divisor.Magic(by), Divisor.Shift(by)));
            long last = (long)Most / by * by;
            long[] numbers =
            [
                0, 1, 2, by - 1L, by, by + 1L, last - 1, last, last + 1, last - by, last - by - 1, Most - 1, Most,
                .. Enumerable.Range(0, 200).Select(_ => (long)random.Next()), .. Enumerable.Range(0, 50).Select(_ => random.NextInt64(1L + Most / by) * by - 1),
            ];
            foreach (long a in numbers.Where(static a => a is >= 0 and <= Most))
                Assert.True((long)((2 * (ulong)a * magic) >> 32) >> shift == a / by, $"{a} / {by}");
        }
    }

    [Theory]
    [InlineData(1), InlineData(2), InlineData(7), InlineData(96), InlineData(Most)]
    public void A_kernel_divides_without_a_division(int by)
    {
        int[] numbers = [0, 1, 6, 7, 8, 95, 96, 97, 191, 192, 1 << 30, Most / 96 * 96 - 1, Most / 96 * 96, Most - 1, Most, 12345678];
        var launch = GpuLaunch.Of(Kernel(numbers.Length), 1, Pointers, GpuLaunch.Bind("by", by));
        Assert.Equal(["a", "by", "by_magic", "by_shift", "out"], launch.Parameters.Select(static p => p.Name).Order());
        Assert.All(launch.Arguments.Where(static a => !a.Type.Pointer), static a => Assert.Equal(KernelOp.Constant, a.Op));
        var kernel = PtxRenderer.Render(launch.Kernel);
        Assert.DoesNotContain("div.", kernel.Text);
        Assert.DoesNotContain("rem.", kernel.Text);

        using var memory = new DeviceMemory();
        ulong a = memory.Upload<int>(numbers, "a"), output = memory.Allocate(numbers.Length * 8, "out");
        ulong[] arguments = [.. kernel.Fields.Select(f => f.Name == "a" ? a : f.Name == "out" ? output : (uint)HostValue.Of(launch.Argument(f.Name), static _ => 0))];
        PtxLauncher.Launch(PtxModule.Parse(PtxTarget.Turing.Header + kernel.Text)["divide"], 1, kernel.Threads, kernel.SharedBytes, arguments, memory);
        int[] results = memory.Download<int>(output, numbers.Length * 2);
        for (int i = 0; i < numbers.Length; i++) Assert.Equal((numbers[i] / by, numbers[i] % by), (results[2 * i], results[2 * i + 1]));
    }

    [Fact]
    public void What_the_host_knows_it_computes()
    {
        var launch = GpuLaunch.Of(Kernel(4), 1, Pointers, GpuLaunch.Bind("by", Value.Field("pool1_W", KernelType.Int)));
        Assert.Equal("divisor_magic(f.pool1_W)", KernelPrinter.Text(launch.Argument("by_magic")));
        Assert.Equal("divisor_shift(f.pool1_W)", KernelPrinter.Text(launch.Argument("by_shift")));
        Assert.Empty(KernelSpec.Faults([launch.Kernel], KernelFamily.Gpu));
    }

    [Fact]
    public void Kernels_that_share_a_body_go_on_to_share_one()
    {
        var kernel = Kernel(4);
        Assert.Same(DivideByFields.Run(kernel).Body, DivideByFields.Run(kernel with { Name = "other" }).Body);
        Assert.Same(DivideByFields.Run(kernel).Body, DivideByFields.Run(DivideByFields.Run(kernel)).Body);
        var k = new KernelBuilder();
        k.Store(Out, 0, A.Load(By) / 3);
        var other = k.Build("other", "");
        Assert.Same(other.Body, DivideByFields.Run(other).Body);
    }

    private static IEnumerable<KeyValuePair<string, Value>> Pointers => [.. GpuLaunch.Bind("a", A), .. GpuLaunch.Bind("out", Out)];

    private static Kernel Kernel(int threads)
    {
        var k = new KernelBuilder();
        Value a = k.Let("number", A.Load(Value.Thread));
        k.Store(Out, Value.Thread * 2, a / By);
        k.Store(Out, Value.Thread * 2 + 1, a % By);
        return k.Build("divide", "quotients and remainders") with { Threads = threads };
    }
}
