using Fcn.Devices.Cpu;
using Xunit;

namespace Fcn.Tests.Devices.Cpu;

public sealed class CpuErrorTests
{
    private static CpuEngine Open() => (CpuEngine)new CpuDevice(2).Open(LinearScore.Summary, LinearScore.Code);

    private static InputBatch Batch(int images, int height, int width, int channels = 3) => new(images, height, width, channels, new float[images * height * width * channels]);

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
        Assert.Equal($"Label 5 at row {at / 40 % 50}, column {at % 40} of image {at / 2000 + 1} is neither a class (0 to 4) nor 255 (ignored).", failure.Message);
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
                    var failure = Record.Exception(() => LabelCheck.Check(labels, classes, 10, 20));
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
        engine.Scores(batch with { Pixels = [.. batch.Pixels, float.NaN, float.NaN] }, longer);
        Assert.Equal(exact, longer);
    }

    [Fact]
    public void WrongSizesAreNamed()
    {
        using var engine = Open();
        Assert.Contains("reads 3 channels; the batch has 4", Assert.Throws<FcnException>(() => engine.Segment(Batch(1, 4, 4, 4), new byte[16])).Message);
        Assert.Contains("16 labels; got room for 15", Assert.Throws<ArgumentException>(() => engine.Segment(Batch(1, 4, 4), new byte[15])).Message);
        Assert.Contains("80 scores", Assert.Throws<ArgumentException>(() => engine.Scores(Batch(1, 4, 4), new float[79])).Message);
        Assert.Contains("48 values; got 47", Assert.Throws<ArgumentException>(() => engine.Segment(new InputBatch(1, 4, 4, 3, new float[47]), new byte[16])).Message);
        Assert.Contains("'score' would be empty at 1x4", Assert.Throws<FcnException>(() => engine.Segment(Batch(1, 1, 4), new byte[4])).Message);
        Assert.Contains("got 0 of 4x4", Assert.Throws<FcnException>(() => engine.PlannedBytes(RunMode.Segment, 0, 4, 4)).Message);
        Assert.Contains("100000x100000", Assert.Throws<FcnException>(() => engine.PlannedBytes(RunMode.Training, 1, 100_000, 100_000)).Message);
        Assert.Contains("'score.bias' has 5 values; got 4", Assert.Throws<ArgumentException>(() => engine.Write(ParameterStore.Values, 1, new float[4])).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => engine.Read(ParameterStore.Values, 2, new float[4]));
    }

    [Fact]
    public void TooMuchMemoryIsAnErrorWithNumbers()
    {
        var failure = Assert.Throws<FcnException>(() => new NativeBlock(1L << 47, "The gradients of Fcn8s take", "Use a smaller batch."));
        Assert.Equal("The gradients of Fcn8s take 140737488355328 bytes (140737.49 GB), more than the system gives. Use a smaller batch.", failure.Message);
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
            else Assert.Contains("best level here is", Assert.Throws<FcnException>(() => new CpuDevice(1, level)).Message);
        }
        Assert.Same(CpuDevice.Default, CpuDevice.Default);
        CpuDevice.Default.Dispose();
        using var engine = CpuDevice.Default.Open(LinearScore.Summary, LinearScore.Code);
        engine.Segment(Batch(1, 100, 100), new byte[10_000]);
    }
}
