using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Fcn.Devices.Cpu;

// The claim word is [chunks : 32 | next : 32]. An atomic increment claims chunk `next` if it is below `chunks`. Order makes it safe: the
// launch (kernel, frame, sizes) is written before the word and read after a claim. A claimed chunk keeps its launch from ending, so what a
// claimer reads cannot be replaced under it; and a worker that comes late with an old look at the word either gets a chunk of the launch
// that is now published, and reads that launch, or gets nothing. No generation is needed to tell launches apart.
public sealed unsafe partial class CpuPool
{
    // How long a thread spins before it sleeps: longer than the serial stretches between two launches, far shorter than a scheduler's time
    // slice.
    private const int SpinMicroseconds = 150;

    // While a launch is in flight the next is near; a thread that has nothing to do then yields its core for up to this long before it
    // sleeps.
    private const int YieldMicroseconds = 3000;

    private readonly object _parking = new();
    private readonly object _finished = new();
    private readonly long _spinTicks;
    private volatile bool _stopping;

    private Words _words;
    private delegate*<void*, int, void> _kernel;
    private void* _frame;
    private int _items;
    private int _grain;
    private volatile ExceptionDispatchInfo? _failure;

    private static bool HasWork(long word) => (uint)word < (uint)(word >>> 32);

    private void Publish(int chunks)
    {
        Interlocked.Exchange(ref _words.Claim, (long)chunks << 32);
        // A worker counts itself as parked before its last look at the claim word, so either it sees the work or it is seen here.
        if (Volatile.Read(ref _words.Parked) == 0) return;
        lock (_parking)
        {
            for (int wake = Math.Min(_words.Parked, chunks - 1); wake > 0; wake--) Monitor.Pulse(_parking);
        }
    }

    private void Drain()
    {
        int done = 0;
        int chunks = 0;
        while (HasWork(Volatile.Read(ref _words.Claim)))
        {
            long claim = Interlocked.Increment(ref _words.Claim) - 1;
            if (!HasWork(claim)) break;
            chunks = (int)(claim >>> 32);
            RunChunk((uint)claim);
            done++;
        }
        // After this addition the launch may be over and the next one published: nothing of the launch is read below.
        if (done > 0 && Interlocked.Add(ref _words.Done, done) == chunks && Volatile.Read(ref _words.CallerParked) != 0)
        {
            lock (_finished) Monitor.PulseAll(_finished);
        }
    }

    private void RunChunk(long chunk)
    {
        var kernel = _kernel;
        void* frame = _frame;
        int from = (int)(chunk * _grain);
        int to = (int)Math.Min(_items, (long)from + _grain);
        try
        {
            for (int i = from; i < to && _failure is null; i++) kernel(frame, i);
        }
        catch (Exception failure)
        {
            // The first failure is rethrown by the caller; what other items throw meanwhile follows from it or repeats it.
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(failure), null);
        }
    }

    private void Await(int chunks)
    {
        if (Volatile.Read(ref _words.Done) == chunks) return;
        long start = Stopwatch.GetTimestamp();
        while (Linger(start, busy: true))
        {
            if (Volatile.Read(ref _words.Done) == chunks) return;
        }
        lock (_finished)
        {
            Interlocked.Exchange(ref _words.CallerParked, 1);
            while (Volatile.Read(ref _words.Done) != chunks) Monitor.Wait(_finished);
            _words.CallerParked = 0;
        }
    }

    private void Work()
    {
        _insideKernel = true;
        while (!_stopping)
        {
            long start = Stopwatch.GetTimestamp();
            while (!_stopping && !HasWork(Volatile.Read(ref _words.Claim)))
            {
                if (Linger(start, busy: Volatile.Read(ref _words.Done) < (int)(Volatile.Read(ref _words.Claim) >>> 32))) continue;
                Park();
                start = Stopwatch.GetTimestamp();
            }
            Drain();
        }
    }

    // One short wait; false when it is time to sleep.
    private bool Linger(long start, bool busy)
    {
        if (_spinTicks > 0)
        {
            for (int i = 0; i < 4; i++) Thread.SpinWait(1);
        }
        long waited = Stopwatch.GetTimestamp() - start;
        if (waited < _spinTicks) return true;
        if (!busy || waited > Stopwatch.Frequency * YieldMicroseconds / 1_000_000) return false;
        Thread.Yield();
        return true;
    }

    private void Park()
    {
        lock (_parking)
        {
            Interlocked.Increment(ref _words.Parked);
            if (!_stopping && !HasWork(Volatile.Read(ref _words.Claim))) Monitor.Wait(_parking);
            Interlocked.Decrement(ref _words.Parked);
        }
    }

    // Words that several threads write, each on a line (and its prefetched neighbour) of its own.
    [StructLayout(LayoutKind.Explicit, Size = 640)]
    private struct Words
    {
        [FieldOffset(128)]
        public long Claim;

        [FieldOffset(256)]
        public int Done;

        [FieldOffset(384)]
        public int Parked;

        [FieldOffset(512)]
        public int CallerParked;
    }
}
