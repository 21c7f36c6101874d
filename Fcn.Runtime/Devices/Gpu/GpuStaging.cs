namespace Fcn.Devices.Gpu;

// The way between the program's memory and the card's: page-locked slots in a ring, so that one slot is filled or emptied while others are
// on the wire. Works on a stream of its own, beside the kernels.
internal sealed unsafe class GpuStaging : IDisposable
{
    private const int Slots = 4;
    private const long LeastSlot = 1 << 20;
    private const long Piece = 1 << 17;

    private readonly GpuDriver _driver;
    private readonly nint _stream;
    private readonly long _slotBytes;
    private readonly byte* _memory;
    private readonly nint[] _marks = new nint[Slots];
    private readonly bool[] _busy = new bool[Slots];
    private int _next;

    /// <param name="context">The card; current.</param>
    /// <param name="stream">Copies are queued here.</param>
    /// <param name="largestUnit">Bytes of the largest thing that is not cut into slices.</param>
    public GpuStaging(GpuContext context, nint stream, long largestUnit)
    {
        (_driver, _stream, _slotBytes) = (context.Driver, stream, Math.Max(LeastSlot, largestUnit));
        _memory = _driver.AllocateHost(Slots * _slotBytes);
        try
        {
            for (int i = 0; i < Slots; i++) _marks[i] = _driver.CreateEvent(timed: false);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// Works on bytes of the whole from an offset on, in a slot.
    public delegate void Work(byte* slot, long offset, long bytes);

    /// <param name="to">On the card.</param>
    /// <param name="bytes">Of the whole, a multiple of the unit.</param>
    /// <param name="unit">Slices hold whole ones.</param>
    /// <param name="fill">Fills a slot.</param>
    public void Upload(ulong to, long bytes, long unit, Work fill)
    {
        long slice = _slotBytes / unit * unit;
        for (long at = 0; at < bytes; at += slice)
        {
            long count = Math.Min(slice, bytes - at);
            int slot = Take();
            fill(At(slot), at, count);
            _driver.Upload(to + (ulong)at, At(slot), count, _stream);
            Mark(slot);
        }
    }

    public void Upload(ulong to, byte* from, long bytes) =>
        Upload(to, bytes, 1, (slot, at, count) => Copy(slot, from + at, count));

    /// Returns when all is there. Up to a ring of slices is under way while one is emptied.
    public void Download(ulong from, long bytes, long unit, Work empty)
    {
        long slice = _slotBytes / unit * unit;
        var queued = new Queue<(int Slot, long At, long Count)>(Slots);
        for (long at = 0; at < bytes; at += slice)
        {
            if (queued.Count == Slots) Empty();
            long count = Math.Min(slice, bytes - at);
            int slot = Take();
            _driver.Download(At(slot), from + (ulong)at, count, _stream);
            Mark(slot);
            queued.Enqueue((slot, at, count));
        }
        while (queued.Count > 0) Empty();

        void Empty()
        {
            var (slot, at, count) = queued.Dequeue();
            Free(slot);
            empty(At(slot), at, count);
        }
    }

    public void Download(ulong from, byte* to, long bytes) =>
        Download(from, bytes, 1, (slot, at, count) => Copy(to + at, slot, count));

    /// One thread copies slower than a card takes it in.
    public static void Copy(byte* to, byte* from, long bytes)
    {
        if (bytes < 2 * Piece) Buffer.MemoryCopy(from, to, bytes, bytes);
        else Parallel.For(0, (int)((bytes + Piece - 1) / Piece), i => Part((long)i * Piece));

        void Part(long at)
        {
            long count = Math.Min(Piece, bytes - at);
            Buffer.MemoryCopy(from + at, to + at, count, count);
        }
    }

    public void Dispose()
    {
        var marks = _marks.Where(static m => m != 0).Select(m => new Disposal(() => _driver.DestroyEvent(m)));
        Release.All([.. marks, new Disposal(() => _driver.FreeHost(_memory))]);
    }

    private byte* At(int slot) => _memory + slot * _slotBytes;

    private int Take()
    {
        int slot = _next;
        _next = (_next + 1) % Slots;
        Free(slot);
        return slot;
    }

    private void Mark(int slot)
    {
        _driver.Record(_marks[slot], _stream);
        _busy[slot] = true;
    }

    private void Free(int slot)
    {
        if (_busy[slot]) _driver.WaitEvent(_marks[slot]);
        _busy[slot] = false;
    }
}
