// The sample of docs/serving.md, word for word.
using System.Threading.Channels;
using Fcn.Devices;
using Fcn.Devices.Cpu;

namespace Fcn.Tests.Networks;

/// Segments for many callers at once with a few networks: a call waits for one that is idle.
sealed class SegmentationService : IDisposable
{
    readonly CpuDevice device = new();
    readonly List<Network> networks = [];
    readonly Channel<Network> idle = Channel.CreateUnbounded<Network>();

    public SegmentationService(int count, string weights, Func<Device, Network> open)
    {
        for (int i = 0; i < count; i++)
        {
            Network network = open(device);
            network.Load(weights);
            networks.Add(network);
            idle.Writer.TryWrite(network);
        }
    }

    public async Task<LabelMap> SegmentAsync(Image photo, CancellationToken cancellation = default)
    {
        Network network = await idle.Reader.ReadAsync(cancellation);
        try
        {
            return await Task.Run(() => network.Segment(photo), cancellation);
        }
        finally
        {
            idle.Writer.TryWrite(network);
        }
    }

    // When no call runs any more.
    public void Dispose()
    {
        foreach (Network network in networks) network.Dispose();
        device.Dispose();
    }
}
