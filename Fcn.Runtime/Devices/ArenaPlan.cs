namespace Fcn.Devices;

// In: every buffer of a schedule with its bytes and lifetime. Out: an offset for each in one arena, so that buffers alive at the same
// launch never meet. Greedy: one buffer after the other takes the lowest gap that is free during its life; the best of three orders counts.

/// <summary>Gives every buffer of a schedule its place in one arena, by lifetime. The same requests always give the same plan.</summary>
public sealed class ArenaPlan
{
    private const long MaxBuffer = 1L << 48;
    private const long Line = 64;
    private const long Sectors = 256;
    private const long Page = 4096;
    private const long Skew = 39 * Line;

    private static readonly Comparison<Request>[] Orders =
    [
        static (a, b) => b.Reserved.CompareTo(a.Reserved),
        static (a, b) => ((Int128)b.Reserved * b.Span).CompareTo((Int128)a.Reserved * a.Span),
        static (a, b) => (a.First, -a.Reserved).CompareTo((b.First, -b.Reserved)),
    ];

    private readonly List<Request> _requests = [];
    private readonly bool _gpu;
    private long[]? _offsets;
    private long _bytes;

    /// <summary>A plan for a CPU's memory.</summary>
    public ArenaPlan()
    {
    }

    private ArenaPlan(bool gpu) => _gpu = gpu;

    /// <summary>A plan for a GPU's memory: buffers start at multiples of 256 bytes, as what the driver gives does.</summary>
    internal static ArenaPlan ForGpu() => new(gpu: true);

    /// <summary>Size of the arena.</summary>
    public long Bytes
    {
        get
        {
            Assign();
            return _bytes;
        }
    }

    /// <summary>Most bytes alive at any one launch: no plan can be smaller.</summary>
    public long LiveBytes => _requests.Select(static r => r.First).Select(LiveAt).DefaultIfEmpty(0).Max();

    /// <summary>The plan as a list, in the order in which the buffers were added.</summary>
    public IReadOnlyList<PlannedBuffer> Buffers
    {
        get
        {
            var offsets = Assign();
            return _requests.Select((r, i) => new PlannedBuffer(r.Name, r.Bytes, offsets[i], r.First, r.Last)).ToArray();
        }
    }

    /// <summary>Asks for a buffer: it starts at a multiple of 64 bytes (GPUs: 256), its own from its first launch to its last.</summary>
    /// <param name="name">The buffer in words.</param>
    /// <param name="bytes">Size; 0 gives an address that must not be read.</param>
    /// <param name="first">First launch that touches it.</param>
    /// <param name="last">Last launch that touches it.</param>
    /// <returns>Its number, in the order of requests.</returns>
    /// <exception cref="FcnException">The buffer alone is larger than any machine's memory.</exception>
    public int Add(string name, long bytes, int first, int last)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(last, first);
        if (bytes > MaxBuffer)
            throw new FcnException($"Buffer '{name}' would take {bytes} bytes, more than any machine has. Use smaller images.");
        _requests.Add(new Request(name, bytes, _gpu ? Whole(bytes, Sectors) : Reserve(bytes), first, last));
        _offsets = null;
        return _requests.Count - 1;
    }

    /// <summary>A buffer's first byte, counted from the arena's, which is a multiple of 64 (on GPUs of 256).</summary>
    public long Offset(int buffer) => Assign()[buffer];

    // Size of a buffer as it was asked for.
    internal long BytesOf(int buffer) => _requests[buffer].Bytes;

    // Whole lines. Buffers of many pages take 39 lines more, so that neighbours begin far apart modulo 4 KB: a load a little behind a store
    // to the same place of another page waits for it on many processors, and kernels that walk from one map to the next do just that.
    private static long Reserve(long bytes) => bytes < 16 * Page ? Whole(bytes, Line) : Whole(bytes, Page) + Skew;

    private static long Whole(long bytes, long unit) => (bytes + unit - 1) / unit * unit;

    private long LiveAt(int launch) => _requests.Where(r => r.First <= launch && launch <= r.Last).Sum(static r => r.Reserved);

    private long[] Assign()
    {
        if (_offsets is not null) return _offsets;
        long bound = LiveBytes;
        foreach (var order in Orders)
        {
            var (offsets, bytes) = FirstFit(order);
            if (_offsets is null || bytes < _bytes) (_offsets, _bytes) = (offsets, bytes);
            if (_bytes == bound) break;
        }
        return _offsets!;
    }

    private (long[] Offsets, long Bytes) FirstFit(Comparison<Request> order)
    {
        var offsets = new long[_requests.Count];
        int[] queue = Enumerable.Range(0, offsets.Length).ToArray();
        // Ties fall to the buffer that was added first.
        Array.Sort(queue, (a, b) => order(_requests[a], _requests[b]) is var by && by != 0 ? by : a.CompareTo(b));
        var placed = new List<int>(offsets.Length); // by offset
        long total = 0;
        foreach (int next in queue)
        {
            var request = _requests[next];
            long free = 0;
            foreach (int other in placed)
            {
                if (!request.Meets(_requests[other])) continue;
                if (offsets[other] - free >= request.Reserved) break;
                free = Math.Max(free, offsets[other] + _requests[other].Reserved);
            }
            offsets[next] = free;
            int place = placed.FindIndex(other => offsets[other] > free);
            placed.Insert(place < 0 ? placed.Count : place, next);
            total = Math.Max(total, checked(free + request.Reserved));
        }
        return (offsets, total);
    }

    private sealed record Request(string Name, long Bytes, long Reserved, int First, int Last)
    {
        public long Span => (long)Last - First + 1;

        public bool Meets(Request other) => First <= other.Last && other.First <= Last;
    }
}

/// <summary>The memory of one run.</summary>
/// <param name="Bytes">Size of the arena.</param>
/// <param name="LiveBytes">Most bytes alive at any one launch: no plan can be smaller.</param>
/// <param name="Buffers">Every buffer, in the order of the schedule.</param>
public sealed record MemoryPlan(long Bytes, long LiveBytes, IReadOnlyList<PlannedBuffer> Buffers);

/// <summary>A buffer's place in the arena.</summary>
/// <param name="Name">The buffer in words.</param>
/// <param name="Bytes">Size as asked for.</param>
/// <param name="Offset">First byte in the arena.</param>
/// <param name="First">First launch that touches it.</param>
/// <param name="Last">Last launch that touches it.</param>
public sealed record PlannedBuffer(string Name, long Bytes, long Offset, int First, int Last);
