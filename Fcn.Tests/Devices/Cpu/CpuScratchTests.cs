using Fcn.Devices.Cpu;
using Xunit;

namespace Fcn.Tests.Devices.Cpu;

public sealed unsafe class CpuScratchTests
{
    // On a thread of its own: other tests use what the pool's threads have.
    [Fact]
    public void A_thread_has_one_block_that_grows() => OnThread(static () =>
    {
        nint first = (nint)CpuScratch.Memory(100);
        Assert.Equal(0, first % 64);
        new Span<byte>((void*)first, 100).Fill(7);
        Assert.Equal(first, (nint)CpuScratch.Memory(100));
        Assert.Equal(first, (nint)CpuScratch.Memory(1));
        Assert.Equal(7, *(byte*)first);
        byte* larger = CpuScratch.Memory(1 << 20);
        Assert.Equal(0, (nint)larger % 64);
        new Span<byte>(larger, 1 << 20).Fill(8);
        Assert.Equal((nint)larger, (nint)CpuScratch.Memory(100));
    });

    [Fact]
    public void Threads_do_not_share_it()
    {
        nint mine = 0, other = 0;
        OnThread(() =>
        {
            mine = (nint)CpuScratch.Memory(64);
            OnThread(() => other = (nint)CpuScratch.Memory(64));
        });
        Assert.NotEqual(mine, other);
    }

    private static void OnThread(Action act)
    {
        Exception? thrown = null;
        var thread = new Thread(() => thrown = Record.Exception(act));
        thread.Start();
        thread.Join();
        Assert.Null(thrown);
    }
}
