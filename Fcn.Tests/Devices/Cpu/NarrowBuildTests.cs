using Fcn.Devices.Cpu;
using Xunit;

namespace Fcn.Tests.Devices.Cpu;

// What a program compiled ahead of time says where the processor has wider vectors than it was compiled for.
public sealed class NarrowBuildTests
{
    private const int Wide = 1 << 12 | 1 << 27, Avx2 = 1 << 5;
    private const int Avx512 = unchecked((int)0xD0030000);

    [Theory]
    [InlineData(SimdLevel.Portable, 7, Wide, Avx2, "x86-64-v3")]
    [InlineData(SimdLevel.Portable, 7, Wide, Avx2 | Avx512, "x86-64-v4")]
    [InlineData(SimdLevel.Portable, 7, Wide, Avx2 | 1 << 16, "x86-64-v3")] // AVX-512 in part
    [InlineData(SimdLevel.Portable, 7, Wide, 0, null)]
    [InlineData(SimdLevel.Portable, 7, 1 << 12, Avx2, null)] // the system does not save them
    [InlineData(SimdLevel.Portable, 6, Wide, Avx2, null)] // too old to be asked
    [InlineData(SimdLevel.Avx2, 7, Wide, Avx2 | Avx512, null)]
    public void The_set_to_publish_for_is_named(SimdLevel best, int leaves, int basic, int extended, string? set)
    {
        string? advice = NarrowBuild.Advice(best, (leaf, _) => leaf switch
        {
            0 => (leaves, 0, 0, 0),
            1 => (0, 0, basic, 0),
            _ => (0, extended, 0, 0),
        });
        if (set is null) Assert.Null(advice);
        else Assert.Contains($"<IlcInstructionSet>{set}</IlcInstructionSet>", advice);
    }

    // This process has a JIT, which knows its processor.
    [Fact]
    public void A_process_with_a_JIT_says_nothing() => Assert.Null(NarrowBuild.Advice(SimdLevel.Portable));
}
