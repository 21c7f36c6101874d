using Fcn.Devices;
using Fcn.Devices.Cpu;
using Fcn.Tests.Training;
using Xunit;

namespace Fcn.Tests.Devices.Cpu;

public sealed class CpuErrorTests
{
    private static CpuEngine Open() => (CpuEngine)new CpuDevice(2).Open(LinearScore.Summary, LinearScore.Code);

    private static InputBatch Batch(int images, int height, int width, int channels = 3) =>
        new(images, height, width, channels, new float[images * height * width * channels]);

    private static void Fails<T>(string message, Action action) where T : Exception =>
        Assert.Contains(message, Assert.Throws<T>(action).Message);

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(2 * 50 * 40 - 1)]
    public void StrayLabelsAreNamedWithTheirPlace(int at)
    {
        using var engine = Open();
        var labels = new byte[2 * 50 * 40];
        for (int i = 0; i < labels.Length; i++) labels[i] = i % 3 == 0 ? (byte)255 : (byte)(i % LinearScore.Classes);
        engine.Backward(Batch(2, 50, 40), labels, new BackwardStep(1, 0, true));
        labels[at] = LinearScore.Classes;
        labels[^1] = at == labels.Length - 1 ? (byte)5 : (byte)254;
        var failure = Assert.Throws<FcnException>(() => engine.Backward(Batch(2, 50, 40), labels, new BackwardStep(1, 0, true)));
        string place = $"row {at / 40 % 50}, column {at % 40} of image {at / 2000 + 1}";
        Assert.Equal($"Label 5 at {place} is neither a class (0 to 4) nor 255 (ignored).", failure.Message);
    }

    // Every label against every number of classes, in the vector part and in the rest behind it.
    [Fact]
    public void LabelsAreCheckedForAnyNumberOfClasses()
    {
        var labels = new byte[200];
        for (int classes = 2; classes <= 256; classes++)
        {
            for (int label = 0; label < 256; label++)
            {
                foreach (int at in new[] { 3, 199 })
                {
                    labels[at] = (byte)label;
                    var failure = Record.Exception(() => LabelCheck.Check(PixelNet.Describe(classes, "", 1), labels, 10, 20));
                    Assert.Equal(label < classes || label == 255, failure is null);
                    labels[at] = 0;
                }
            }
        }
    }

    // Batches of many sizes share one array: what lies behind the batch is not looked at.
    [Fact]
    public void AnArrayMayBeLongerThanItsBatch()
    {
        using var engine = Open();
        var batch = Batch(1, 4, 4);
        float[] exact = new float[80], longer = new float[80];
        engine.Scores(batch, exact);
        engine.Scores(batch with { Inputs = [batch.Inputs[0] with { Pixels = [.. batch.Pixels, float.NaN, float.NaN] }] }, longer);
        Assert.Equal(exact, longer);
    }

    [Fact]
    public void WrongSizesAreNamed()
    {
        using var engine = Open();
        Fails<FcnException>("reads 3 channels; the batch has 4", () => engine.Segment(Batch(1, 4, 4, 4), new byte[16]));
        Fails<ArgumentException>("16 labels; got room for 15", () => engine.Segment(Batch(1, 4, 4), new byte[15]));
        Fails<ArgumentException>("80 scores", () => engine.Scores(Batch(1, 4, 4), new float[79]));
        Fails<ArgumentException>("48 values; got 47", () => engine.Segment(new InputBatch(1, 4, 4, 3, new float[47]), new byte[16]));
        Fails<FcnException>("LinearScore needs an input of at least 2x2 pixels", () => engine.Segment(Batch(1, 1, 4), new byte[4]));
        Fails<FcnException>("got 0 of 4x4", () => engine.PlannedBytes(RunMode.Segment, 0, 4, 4));
        Fails<FcnException>("on a side", () => engine.Segment(new InputBatch(1 << 30, 1 << 30, 1 << 30, 3, []), []));
        Fails<FcnException>("100000x100000", () => engine.PlannedBytes(RunMode.Training, 1, 100_000, 100_000));
        Fails<ArgumentException>("'score.bias' has 5 values; got 4", () => engine.Write(ParameterStore.Values, 1, new float[4]));
        Assert.Throws<ArgumentOutOfRangeException>(() => engine.Read(ParameterStore.Values, 2, new float[4]));
    }

    [Fact]
    public void TooMuchMemoryIsAnErrorWithNumbers()
    {
        var failure = Assert.Throws<MachineException>(
            () => new NativeBlock(1L << 47, "The gradients of Fcn8s take", "Use a smaller batch."));
        Assert.StartsWith("The gradients of Fcn8s take 140737488355328 bytes (140737.49 GB); of the ", failure.Message);
        Assert.Matches(@" GB that this process may use, \d+\.\d\d GB are taken\. Use a smaller batch\.$", failure.Message);
    }

    [Fact]
    public void ClosedEnginesAndDevicesSaySo()
    {
        var engine = Open();
        engine.Dispose();
        engine.Dispose();
        Assert.Throws<ObjectDisposedException>(() => engine.Segment(Batch(1, 4, 4), new byte[16]));
        var device = new CpuDevice(2);
        using var orphan = device.Open(LinearScore.Summary, LinearScore.Code);
        device.Dispose();
        Assert.Throws<ObjectDisposedException>(() => orphan.Segment(Batch(1, 4, 4), new byte[16]));
    }

    [Fact]
    public void DevicesNameThemselves()
    {
        using var one = new CpuDevice(1, SimdLevel.Portable);
        using var two = new CpuDevice(2, SimdLevel.Portable);
        Assert.Equal("cpu (128-bit vectors, 1 thread)", one.Name);
        Assert.Equal("cpu (128-bit vectors, 2 threads)", two.Name);
        Assert.True(CpuDevice.Supports(CpuDevice.BestLevel));
        foreach (var level in Enum.GetValues<SimdLevel>())
        {
            if (CpuDevice.Supports(level)) new CpuDevice(1, level).Dispose();
            else Fails<FcnException>("best level here is", () => new CpuDevice(1, level));
        }
        Assert.Same(CpuDevice.Default, CpuDevice.Default);
        CpuDevice.Default.Dispose();
        using var engine = CpuDevice.Default.Open(LinearScore.Summary, LinearScore.Code);
        engine.Segment(Batch(1, 100, 100), new byte[10_000]);
    }
}
