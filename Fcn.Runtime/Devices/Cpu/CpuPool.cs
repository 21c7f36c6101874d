using System.Diagnostics;

namespace Fcn.Devices.Cpu;

// A launch is cut into chunks; every thread, the caller among them, claims chunks until none is left. The caller waits for chunks that were
// claimed, never for a thread: a worker that the system does not run holds nothing up. See CpuPool.Claiming for why a late worker can do no
// harm.

/// <summary>
/// The persistent threads that run generated kernels. They start with the first launch that has work for two, spin for a moment after each
/// launch and then sleep. The pool only schedules: kernels own their outputs, so results do not depend on the number of threads. One launch
/// runs at a time; launches of several networks on one pool take turns.
/// </summary>
public sealed unsafe partial class CpuPool : IDisposable
{
    /// <summary>Most threads a pool may have.</summary>
    public const int MaxThreads = 1024;

    private readonly object _turn = new();
    private readonly List<Thread> _workers = [];
    private bool _disposed;

    [ThreadStatic]
    private static bool _insideKernel;

    /// <summary>A pool of <paramref name="threads"/> threads, the caller of <see cref="Run"/> counted as one.</summary>
    /// <param name="threads">1..1024; 0 for <see cref="DefaultThreads"/>.</param>
    /// <exception cref="FcnException">The number is out of range, here or in FCN_THREADS.</exception>
    public CpuPool(int threads = 0)
    {
        if (threads is < 0 or > MaxThreads)
            throw new FcnException($"A CPU device runs on 1 to {MaxThreads} threads (0: one per core); got {threads}.");
        Threads = threads == 0 ? DefaultThreads : threads;
        _spinTicks = Threads <= Environment.ProcessorCount ? Stopwatch.Frequency * SpinMicroseconds / 1_000_000 : 0;
    }

    /// <summary>Threads that work on a launch, the caller included.</summary>
    public int Threads { get; }

    /// <summary>
    /// FCN_THREADS if it is set, otherwise one thread per core that the process may use (containers' limits count; hyperthreads do not).
    /// </summary>
    /// <exception cref="FcnException">FCN_THREADS is not a number from 1 to 1024.</exception>
    public static int DefaultThreads => CpuCores.Threads(Environment.GetEnvironmentVariable("FCN_THREADS"));

    /// <summary>Where launches are timed; null, the default, times nothing.</summary>
    public LaunchProfile? Profile { get; set; }

    /// <summary>
    /// Runs <paramref name="kernel"/>(frame, i) once for every i in [0, items), in no order; returns when all are done. Allocates nothing.
    /// </summary>
    /// <param name="name">The launch in a <see cref="Profile"/>.</param>
    /// <param name="kernel">Runs on any thread; must write only what its item owns and must not launch.</param>
    /// <param name="frame">Passed through; must stay valid until this returns.</param>
    /// <param name="items">Number of items; 0 runs nothing.</param>
    /// <exception cref="InvalidOperationException">Called from inside a kernel.</exception>
    /// <exception cref="ObjectDisposedException">The pool is disposed.</exception>
    /// <remarks>What an item throws ends the launch and is thrown here, as it was, when no thread is inside the kernel any more.</remarks>
    public void Run(string name, delegate*<void*, int, void> kernel, void* frame, int items)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(items);
        if (_insideKernel)
            throw new InvalidOperationException($"'{name}' was launched from inside a kernel: it would wait for the launch it is part of.");
        lock (_turn)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var profile = Profile;
            long start = profile is null ? 0 : Stopwatch.GetTimestamp();
            _insideKernel = true;
            try
            {
                if (Threads == 1 || items <= 1)
                {
                    for (int i = 0; i < items; i++) kernel(frame, i);
                }
                else
                {
                    Share(kernel, frame, items);
                }
            }
            finally
            {
                _insideKernel = false;
            }
            profile?.Add(name, items, Stopwatch.GetTimestamp() - start);
        }
    }

    /// <summary>Ends the threads, after the launch that is running.</summary>
    /// <exception cref="InvalidOperationException">Called from inside a kernel.</exception>
    public void Dispose()
    {
        if (_insideKernel) throw new InvalidOperationException("A pool was disposed from inside a kernel.");
        lock (_turn)
        {
            if (_disposed) return;
            _disposed = true;
            _stopping = true;
            lock (_parking) Monitor.PulseAll(_parking);
            foreach (var worker in _workers) worker.Join();
        }
    }

    private void Share(delegate*<void*, int, void> kernel, void* frame, int items)
    {
        if (_workers.Count < Threads - 1) StartWorkers();
        // Up to 32 chunks per thread balance the load; more would only be traffic on the claim word.
        int grain = Math.Max(1, items / (Threads * 32));
        int chunks = (int)(((long)items + grain - 1) / grain);
        _kernel = kernel;
        _frame = frame;
        _items = items;
        _grain = grain;
        _words.Done = 0;
        Publish(chunks);
        Drain();
        Await(chunks);
        if (_failure is { } failure)
        {
            _failure = null;
            failure.Throw();
        }
    }

    // Those that did start belong to the pool, whatever becomes of the next.
    private void StartWorkers()
    {
        while (_workers.Count < Threads - 1)
        {
            var worker = new Thread(static pool => ((CpuPool)pool!).Work()) { IsBackground = true, Name = $"fcn cpu {_workers.Count + 1}" };
            try
            {
                worker.Start(this);
            }
            catch (OutOfMemoryException none)
            {
                string got = $"The system gives this process no more than {_workers.Count + 1} of {Threads} threads.";
                throw new FcnException($"{got} Ask for fewer (FCN_THREADS).", none);
            }
            _workers.Add(worker);
        }
    }
}
