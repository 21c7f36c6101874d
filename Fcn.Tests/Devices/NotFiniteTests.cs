using Fcn.Devices;
using Fcn.Devices.Cpu;
using Fcn.Models;
using Fcn.Tests.Devices.Cpu;
using Fcn.Tests.Devices.Cuda;
using Xunit;

namespace Fcn.Tests.Devices;

// What engines do where scores are not finite: the same on every device, and no label that is no class leaves them.
public sealed class NotFiniteTests
{
    private const string Causes =
        "Its weights are not finite or far too large, as those of a training that diverged, or the pixels are not finite. " +
        "Load other weights, or train again at a lower rate.";

    public static TheoryData<string> Engines => ["cpu", "cuda"];

    [Theory, MemberData(nameof(Engines))]
    public void The_first_pixel_is_named_and_no_label_leaves(string device)
    {
        using var bench = new CudaBench();
        using var cpu = CudaBench.OnCpu();
        var engine = device == "cpu" ? cpu : bench.Engine;
        var batch = CudaBench.Batch(2, 6, 7);
        byte[] labels = CudaBench.Labels(engine, batch);
        Assert.All(labels, static label => Assert.InRange(label, 0, LinearScore.Classes - 1));
        // A pixel of the second image is so large that scores overflow, and one behind it.
        foreach (int pixel in new[] { 42 + 3 * 7 + 5, 42 + 4 * 7 }) batch.Pixels[pixel * LinearScore.Channels] = float.MaxValue;
        engine.Write(ParameterStore.Values, 0, [.. CudaBench.Weight.Select(static w => w * 10)]);
        string place = $"The scores of LinearScore are not finite at row 3, column 5 of image 2. {Causes}";
        Assert.Equal(place, Assert.Throws<NotFiniteException>(() => engine.Segment(batch, labels)).Message);
        Assert.All(labels, static label => Assert.Equal(0, label));
        var scores = new float[labels.Length * LinearScore.Classes];
        Assert.Equal(place, Assert.Throws<NotFiniteException>(() => engine.Scores(batch, scores)).Message);
        // The engine is as it was.
        Assert.All(CudaBench.Labels(engine, CudaBench.Batch(1, 2, 3)), static label => Assert.InRange(label, 0, LinearScore.Classes - 1));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Kernels_of_every_level_find_one_class_among_many(float value)
    {
        foreach (var level in Enum.GetValues<SimdLevel>().Where(CpuDevice.Supports))
        {
            using var device = new CpuDevice(2, level);
            using var network = new FcnDemo(device);
            network.Initialize(1);
            var image = new Image(33, 21, new byte[33 * 21 * 3]);
            Assert.All(network.Segment(image).Labels, label => Assert.InRange(label, 0, network.Description.Classes - 1));
            int bias = network.Description.Parameters.ToList().FindIndex(static p => p.Name == "score_fr.bias");
            var biases = new float[network.Description.Classes];
            biases[4] = value;
            network.Engine.Write(ParameterStore.Values, bias, biases);
            Assert.Contains("row 0, column 0 of image 1", Assert.Throws<NotFiniteException>(() => network.Segment(image)).Message);
            Assert.Throws<NotFiniteException>(() => network.Scores(image));
        }
    }

    // Both signs, both kinds, in the vector part and in the rest; the largest numbers are finite.
    [Fact]
    public void The_first_value_that_is_not_finite_is_found()
    {
        var values = new float[1001];
        Assert.Equal(-1, NotFinite.First(values));
        values.AsSpan().Fill(float.MaxValue);
        values.AsSpan(500).Fill(float.MinValue);
        Assert.Equal(-1, NotFinite.First(values));
        float[] faults =
        [
            float.NaN, -float.NaN, float.PositiveInfinity, float.NegativeInfinity,
            .. new uint[] { 0x7F80_0001, 0xFF80_0001, uint.MaxValue }.Select(BitConverter.UInt32BitsToSingle),
        ];
        foreach (float first in faults)
        {
            foreach (int at in new[] { 0, 17, 1000 })
            {
                float[] damaged = [.. values];
                damaged[1000] = faults[0];
                damaged[at] = first;
                Assert.Equal(at, NotFinite.First(damaged));
            }
        }
    }
}
