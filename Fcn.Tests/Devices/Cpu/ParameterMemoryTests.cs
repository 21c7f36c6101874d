using System.Runtime.InteropServices;
using Fcn.Devices;
using Fcn.Devices.Cpu;
using Xunit;

namespace Fcn.Tests.Devices.Cpu;

public sealed unsafe class ParameterMemoryTests
{
    public static TheoryData<int, int, int, int> Shapes => new()
    {
        { 64, 3, 3, 3 }, { 64, 64, 3, 16 }, { 21, 512, 1, 16 }, { 96, 48, 7, 16 }, { 5, 7, 2, 16 }, { 17, 33, 5, 16 },
        { 1, 1, 1, 1 }, { 4096, 1, 1, 1 }, { 21, 1, 16, 1 }, { 3, 20, 1, 4 },
    };

    // Every place of the layout against the formula in ParameterLayout, read the other way round.
    [Theory]
    [MemberData(nameof(Shapes))]
    public void EveryValueHasItsPlace(int outputs, int inputs, int kernel, int inBlock)
    {
        using var pool = new CpuPool(3);
        var layout = new ParameterLayout(32, outputs, inputs, kernel, inBlock);
        int area = kernel * kernel, inBlocks = (inputs + inBlock - 1) / inBlock;
        var canonical = new float[outputs * inputs * area];
        for (int i = 0; i < canonical.Length; i++) canonical[i] = i + 1;
        var memory = new float[32 + layout.Length + 16];
        Array.Fill(memory, float.NaN);
        var back = new float[canonical.Length];
        fixed (float* from = canonical, packed = memory, to = back)
        {
            ParameterPacking.Pack(pool, layout, from, packed);
            ParameterPacking.Unpack(pool, layout, packed, to);
        }
        Assert.Equal(canonical, back);
        for (int place = 0; place < layout.Length; place++)
        {
            int o = place % 16, i = place / 16 % inBlock, k = place / 16 / inBlock % area, block = place / 16 / inBlock / area;
            (o, i) = (block / inBlocks * 16 + o, block % inBlocks * inBlock + i);
            float expected = o < outputs && i < inputs ? canonical[(o * inputs + i) * area + k] : 0;
            Assert.Equal(expected, memory[32 + place]);
        }
        Assert.All(memory[..32].Concat(memory[^16..]), static outside => Assert.True(float.IsNaN(outside)));
    }

    // A rate of 0 freezes a parameter whatever its gradient and momentum are. Caffe: diff = diff / iter_size + decay · data; history = rate
    // · diff + momentum · history; data -= history, each product and sum rounded to float.
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void UpdatesAreCaffesSolver(int threads)
    {
        var summary = new NetworkSummary("Three", 2, new InputSummary(3, ChannelOrder.Rgb, [], 1), [],
        [
            new ParameterSummary("a.weight", [40, 50, 7, 7], Fill.He, 1, 1),
            new ParameterSummary("a.bias", [40], Fill.Zero, 2, 0),
            new ParameterSummary("up.weight", [21, 1, 4, 4], Fill.Bilinear, 0, 1),
        ]);
        var first = new ParameterLayout(0, 40, 50, 7, 16);
        var second = new ParameterLayout(first.Length, 40, 1, 1, 1);
        var third = new ParameterLayout(second.Offset + second.Length, 21, 1, 4, 1);
        var code = LinearScore.Code.Cpu! with { Parameters = [first, second, third] };
        using var pool = new CpuPool(threads);
        using var memory = new ParameterMemory(summary, code, pool);
        var random = new Random(11);
        var (values, gradients, momenta) = (new float[3][], new float[3][], new float[3][]);
        for (int p = 0; p < 3; p++)
        {
            int count = (int)Tensor.Count(summary.Parameters[p].Shape);
            (values[p], gradients[p], momenta[p]) = (Numbers(count), Numbers(count), Numbers(count));
            memory.Write(ParameterStore.Values, p, values[p]);
            memory.Write(ParameterStore.Momentum, p, momenta[p]);
        }
        for (int step = 0; step < 3; step++)
        {
            var solver = new SolverStep(0.1f / (1 + step), 0.9f, 0.0005f, 0.25f);
            for (int p = 0; p < 3; p++) memory.Write(ParameterStore.Gradients, p, gradients[p]);
            memory.Update(solver);
            for (int p = 0; p < 2; p++)
            {
                float rate = solver.Rate * summary.Parameters[p].Rate, decay = solver.Decay * summary.Parameters[p].Decay;
                for (int i = 0; i < values[p].Length; i++)
                {
                    float scaled = solver.GradientScale * gradients[p][i];
                    float decayed = decay * values[p][i];
                    float diff = scaled + decayed;
                    float kept = solver.Momentum * momenta[p][i];
                    float moved = rate * diff;
                    momenta[p][i] = kept + moved;
                    values[p][i] -= momenta[p][i];
                }
            }
        }
        for (int p = 0; p < 3; p++)
        {
            var read = new float[values[p].Length];
            memory.Read(ParameterStore.Values, p, read);
            Assert.Equal(values[p], read);
            memory.Read(ParameterStore.Momentum, p, read);
            Assert.Equal(momenta[p], read);
        }
        // Absent channels: outputs 40 to 47 of the weights and biases.
        for (long i = 0; i < first.Length; i++)
        {
            if (i % 16 >= 8 && i / (16 * 16 * 49 * 4) == 2) Assert.Equal(0, memory.Values[i]);
        }
        for (int o = 40; o < 48; o++) Assert.Equal(0, memory.Values[second.Offset + o]);

        float[] Numbers(int count) => Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() * 2 - 1)).ToArray();
    }

    [Fact]
    public void CodeMustFitItsSummary()
    {
        var summary = LinearScore.Summary;
        var program = LinearScore.Code.Cpu!;
        using var pool = new CpuPool(1);
        Assert.Contains("places 1 parameters of 2", Refusal(program.Parameters[0]));
        Assert.Contains("'score.bias' 6 values", Refusal(program.Parameters[0], new ParameterLayout(48, 6, 1, 1, 1)));

        string Refusal(params ParameterLayout[] layouts) =>
            Assert.Throws<ArgumentException>(() => new ParameterMemory(summary, program with { Parameters = layouts }, pool)).Message;
    }

    [Fact]
    public void BlocksAreZeroedAndAligned()
    {
        foreach (long bytes in new long[] { 0, 1, 100, 70_000, 50_000_000 })
        {
            using var block = new NativeBlock(bytes, "", "");
            Assert.Equal(0, (long)block.Address % 64);
            Assert.Equal(-1, new ReadOnlySpan<byte>(block.Address, (int)bytes).IndexOfAnyExcept((byte)0));
            NativeMemory.Fill(block.Address, (nuint)bytes, 255);
        }
    }
}
