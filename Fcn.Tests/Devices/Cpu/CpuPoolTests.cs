using System.Runtime.InteropServices;
using Fcn.Devices;
using Fcn.Devices.Cpu;
using Xunit;

namespace Fcn.Tests.Devices.Cpu;

public sealed unsafe class CpuPoolTests
{
    private static CpuPool? _nested;

    private struct Counters
    {
        public int* Seen;
        public long Sum;
        public int Launch;
        public int Strangers;
    }

    private static void Count(void* frame, int item) => Interlocked.Increment(ref ((Counters*)frame)->Seen[item]);

    private static void Add(void* frame, int item) => Interlocked.Add(ref ((Counters*)frame)->Sum, item + 1L);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(8)]
    public void EveryItemRunsOnce(int threads)
    {
        using var pool = new CpuPool(threads);
        foreach (int items in new[] { 0, 1, 2, 3, 63, 64, 65, 257, 1000, (1 << 20) + 7, 3_000_001 })
        {
            var frame = new Counters { Seen = (int*)NativeMemory.AllocZeroed((nuint)(items + 1), sizeof(int)) };
            pool.Run("count", &Count, &frame, items);
            var seen = new ReadOnlySpan<int>(frame.Seen, items + 1);
            Assert.Equal(-1, seen[..items].IndexOfAnyExcept(1));
            Assert.Equal(0, seen[items]);
            NativeMemory.Free(frame.Seen);
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(8)]
    public void ManySmallLaunchesLoseNothing(int threads)
    {
        using var pool = new CpuPool(threads);
        for (int launch = 0; launch < 20_000; launch++)
        {
            int items = launch % 11;
            var frame = new Counters();
            pool.Run("add", &Add, &frame, items);
            Assert.Equal(items * (items + 1) / 2, frame.Sum);
        }
    }

    // Every launch has a frame and a kernel of its own; a worker that comes late with the last launch's would be a stranger in it.
    [Fact]
    public void LateWorkersNeverMixLaunches()
    {
        using var pool = new CpuPool(4);
        var frames = (Counters*)NativeMemory.AllocZeroed(2, (nuint)sizeof(Counters));
        for (int launch = 0; launch < 30_000; launch++)
        {
            var frame = frames + (launch & 1);
            frame->Launch = launch;
            frame->Sum = 0;
            if ((launch & 1) == 0) pool.Run("even", &Even, frame, 5);
            else pool.Run("odd", &Odd, frame, 5);
            frame->Launch = -1;
            Assert.Equal(15, frame->Sum);
            Assert.Equal(0, frame->Strangers);
        }
        NativeMemory.Free(frames);
    }

    private static void Even(void* frame, int item) => OfParity((Counters*)frame, item, 0);

    private static void Odd(void* frame, int item) => OfParity((Counters*)frame, item, 1);

    private static void OfParity(Counters* frame, int item, int parity)
    {
        if (Volatile.Read(ref frame->Launch) < 0 || (frame->Launch & 1) != parity) Interlocked.Increment(ref frame->Strangers);
        Interlocked.Add(ref frame->Sum, item + 1);
        if (Volatile.Read(ref frame->Launch) < 0) Interlocked.Increment(ref frame->Strangers);
    }

    [Fact]
    public void SleepingWorkersWakeUp()
    {
        using var pool = new CpuPool(3);
        for (int launch = 0; launch < 20; launch++)
        {
            var frame = new Counters();
            pool.Run("add", &Add, &frame, 100);
            Assert.Equal(5050, frame.Sum);
            Thread.Sleep(launch % 4);
        }
    }

    // Two items that wait for each other end only if two threads run them.
    [Fact]
    public void ItemsRunAtTheSameTime()
    {
        using var pool = new CpuPool(2);
        for (int launch = 0; launch < 50; launch++)
        {
            var frame = new Counters();
            pool.Run("meet", &Meet, &frame, 2);
            Assert.Equal(2, frame.Sum);
            if (launch % 10 == 0) Thread.Sleep(2);
        }
    }

    private static void Meet(void* frame, int item)
    {
        ref long arrived = ref ((Counters*)frame)->Sum;
        Interlocked.Increment(ref arrived);
        long start = Environment.TickCount64;
        while (Volatile.Read(ref arrived) < 2)
        {
            if (Environment.TickCount64 - start > 30_000) throw new TimeoutException("the other item does not run");
            Thread.Yield();
        }
    }

    // The caller is done long before the worker and sleeps; it must be woken.
    [Fact]
    public void CallersThatSleepWakeUp()
    {
        var pool = new CpuPool(2);
        var caller = new Thread(() =>
        {
            var frame = new Counters();
            pool.Run("long", &WorkLongOnWorker, &frame, 2);
        }) { IsBackground = true };
        caller.Start();
        Assert.True(caller.Join(30_000));
        pool.Dispose();
    }

    private static void WorkLongOnWorker(void* frame, int item)
    {
        Meet(frame, item);
        if (Thread.CurrentThread.Name is { } name && name.StartsWith("fcn cpu", StringComparison.Ordinal)) Thread.Sleep(50);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(6)]
    public void WhatAnItemThrowsReachesTheCaller(int threads)
    {
        using var pool = new CpuPool(threads);
        var frame = new Counters();
        for (int launch = 0; launch < 100; launch++)
        {
            var failure = Assert.Throws<FcnException>(() =>
            {
                var inner = new Counters();
                pool.Run("fail", &FailAt7, &inner, 1000);
            });
            Assert.Equal("item 7", failure.Message);
            Assert.Contains(nameof(FailAt7), failure.StackTrace);
        }
        pool.Run("add", &Add, &frame, 1000);
        Assert.Equal(500_500, frame.Sum);
    }

    private static void FailAt7(void* frame, int item)
    {
        if (item == 7) throw new FcnException("item 7");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void LaunchesInsideKernelsAreRefused(int threads)
    {
        var pool = new CpuPool(threads);
        var failure = Assert.Throws<InvalidOperationException>(() =>
        {
            var frame = new Counters();
            _nested = pool;
            pool.Run("outer", &Nest, &frame, 50);
        });
        Assert.Contains("'inner'", failure.Message);
        pool.Dispose();
        pool.Dispose();
        Assert.Throws<ObjectDisposedException>(() =>
        {
            var frame = new Counters();
            pool.Run("late", &Add, &frame, 2);
        });
    }

    private static void Nest(void* frame, int item) => _nested!.Run("inner", &Add, frame, 1);

    [Fact]
    public void CallersTakeTurns()
    {
        using var pool = new CpuPool(3);
        long total = 0;
        var callers = Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            for (int launch = 0; launch < 2000; launch++)
            {
                var frame = new Counters();
                pool.Run("add", &Add, &frame, 40);
                Interlocked.Add(ref total, frame.Sum);
            }
        })).ToArray();
        foreach (var caller in callers) caller.Start();
        foreach (var caller in callers) caller.Join();
        Assert.Equal(4L * 2000 * 820, total);
    }

    [Fact]
    public void LaunchesAllocateNothing()
    {
        using var pool = new CpuPool(2);
        var frame = new Counters();
        for (int i = 0; i < 100; i++) pool.Run("warm", &Add, &frame, 8);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++) pool.Run("run", &Add, &frame, 8);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void ProfileListsLaunches()
    {
        using var pool = new CpuPool(2) { Profile = new LaunchProfile() };
        var frame = new Counters();
        pool.Run("conv", &Add, &frame, 8);
        pool.Run("pool", &Add, &frame, 3);
        pool.Run("conv", &Add, &frame, 4);
        Assert.Equal(["conv 8", "pool 3", "conv 4"], pool.Profile.Launches.Select(static l => $"{l.Name} {l.Items}"));
        Assert.Equal(["conv 12", "pool 3"], pool.Profile.ByName().Select(static l => $"{l.Name} {l.Items}"));
        Assert.Equal(pool.Profile.Launches[0].Ticks + pool.Profile.Launches[2].Ticks, pool.Profile.ByName()[0].Ticks);
    }

    [Fact]
    public void ThreadCountsAreChecked()
    {
        Assert.Contains("-1", Assert.Throws<FcnException>(() => new CpuPool(-1)).Message);
        Assert.Contains("1025", Assert.Throws<FcnException>(() => new CpuPool(1025)).Message);
        Assert.Contains("'two'", Assert.Throws<FcnException>(() => CpuCores.Threads("two")).Message);
        Assert.Contains("'0'", Assert.Throws<FcnException>(() => CpuCores.Threads("0")).Message);
        Assert.Equal(7, CpuCores.Threads("7"));
        Assert.InRange(CpuCores.Threads(null), 1, Environment.ProcessorCount);
    }

    [Fact]
    public void HyperthreadsOfOneCoreCountOnce()
    {
        string topology = Directory.CreateTempSubdirectory("fcn-cores").FullName;
        foreach (var (cpu, siblings) in new[] { ("cpu0", "0,2"), ("cpu1", "1,3"), ("cpu2", "0,2"), ("cpu3", "1,3") })
        {
            Directory.CreateDirectory(Path.Combine(topology, cpu, "topology"));
            File.WriteAllText(Path.Combine(topology, cpu, "topology", "thread_siblings_list"), siblings + "\n");
        }
        Assert.Equal(2, CpuCores.Cores(topology));
        Assert.Equal(int.MaxValue, CpuCores.Cores(Path.Combine(topology, "nothing")));
        Directory.Delete(topology, recursive: true);
    }
}
