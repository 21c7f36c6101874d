namespace Fcn.Tests.Devices.Cuda;

/// <summary>
/// Streams and events that do nothing until they must: work waits in its queue until somebody waits for it. Results that are read too
/// early, slots that are refilled too early and streams that do not wait for each other show. With a seed, queued work also runs at random
/// moments before.
/// </summary>
internal sealed class EmulatedStreams(int? seed)
{
    private readonly Dictionary<nint, Queue<Action>> _streams = [];
    private readonly Dictionary<nint, Mark> _events = [];
    private readonly Random? _random = seed is { } s ? new Random(s) : null;
    private nint _next = 1;
    private long _clock;

    public int Live => _streams.Count + _events.Count;

    public nint CreateStream()
    {
        _streams.Add(_next, new Queue<Action>());
        return _next++;
    }

    public void DestroyStream(nint stream)
    {
        Drain(stream);
        _streams.Remove(stream);
    }

    public nint CreateEvent()
    {
        _events.Add(_next, new Mark(0, IsReached: true));
        return _next++;
    }

    public void DestroyEvent(nint mark) => _events.Remove(mark);

    public void Queue(nint stream, Action work)
    {
        _streams[stream].Enqueue(work);
        if (_random is null) return;
        var (_, any) = _streams.ElementAt(_random.Next(_streams.Count));
        for (int runs = _random.Next(3); runs > 0 && any.Count > 0; runs--) any.Dequeue()();
    }

    public void Record(nint mark, nint stream)
    {
        // A new record: who waits for the last one goes on waiting for that.
        var record = _events[mark] = new Mark(stream, IsReached: false);
        Queue(stream, () => (record.IsReached, record.Time) = (true, ++_clock));
    }

    public void WaitEvent(nint mark) => Reach(_events[mark]);

    public void WaitEvent(nint stream, nint mark)
    {
        var record = _events[mark];
        Queue(stream, () => Reach(record));
    }

    public double Milliseconds(nint from, nint to) => _events[to].Time - _events[from].Time;

    public void Drain(nint stream)
    {
        var queue = _streams[stream];
        while (queue.TryDequeue(out var work)) work();
    }

    public void DrainAll()
    {
        foreach (nint stream in _streams.Keys) Drain(stream);
    }

    private void Reach(Mark mark)
    {
        while (!mark.IsReached) _streams[mark.Stream].Dequeue()();
    }

    private sealed record Mark(nint Stream, bool IsReached)
    {
        public bool IsReached { get; set; } = IsReached;

        public long Time { get; set; }
    }
}
