// Several requests at once, in the ways that docs/serving.md tells.
using Fcn.Devices.Cpu;
using Fcn.Models;
using Fcn.Tests.Cli;
using Fcn.Tests.Generator;
using Xunit;

namespace Fcn.Tests.Networks;

public sealed class ServingTests
{
    [Fact]
    public async Task ManyCallersShareAFewNetworks()
    {
        using var folder = new TempFolder();
        using var alone = new FcnDemo();
        alone.Initialize(3);
        alone.Save(folder["w.safetensors"]);
        static byte[] Pixels(int photo) => [.. Enumerable.Range(0, 40 * 30 * 3).Select(k => (byte)(k * photo))];
        Image[] photos = [.. Enumerable.Range(0, 12).Select(static i => new Image(40, 30, Pixels(i)))];
        using var service = new SegmentationService(2, folder["w.safetensors"], static device => new FcnDemo(device));
        LabelMap[] maps = await Task.WhenAll(photos.Select(photo => service.SegmentAsync(photo)));
        for (int i = 0; i < photos.Length; i++) Assert.Equal(alone.Segment(photos[i]).Labels, maps[i].Labels);
    }

    // The second call fails at once; the first one is not disturbed, and the network stays usable.
    [Fact]
    public void ANetworkTakesOneCallAtATime()
    {
        using var device = new CpuDevice(1);
        using var engine = device.Open(Devices.Cpu.LinearScore.Summary, Devices.Cpu.LinearScore.Code);
        var input = new InputBatch(1, 200, 200, 3, new float[200 * 200 * 3]);
        int refused = 0;
        Parallel.For(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 4 }, _ =>
        {
            try
            {
                engine.Segment(input, new byte[200 * 200]);
            }
            catch (InvalidOperationException e)
            {
                Assert.Contains(" is in use by another call; a network takes one call at a time.", e.Message);
                Interlocked.Increment(ref refused);
            }
        });
        Assert.True(refused < 200);
        engine.Segment(input, new byte[200 * 200]);
    }

    [Fact]
    public void TheSampleIsTheOneInTheDocumentation()
    {
        string code = Repository.Read("Fcn.Tests/Networks/SegmentationService.cs");
        Assert.Contains(code[code.IndexOf("/// Segments", StringComparison.Ordinal)..], Repository.Read("docs/serving.md"));
        Assert.Contains("(docs/serving.md)", Repository.Read("README.md"));
    }
}
