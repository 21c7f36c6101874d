namespace Fcn.Devices;

// One call at a time: kernels write native memory, so two at once would not raise an error but spoil the numbers.
internal sealed class EngineGate(string network)
{
    private int _busy;

    public bool IsClosed { get; private set; }

    /// Holds the engine, and so its memory, until the result is disposed.
    /// <exception cref="InvalidOperationException">Another call is under way.</exception>
    /// <exception cref="ObjectDisposedException">The engine is closed.</exception>
    public Call Enter()
    {
        if (Interlocked.Exchange(ref _busy, 1) != 0)
            throw new InvalidOperationException($"{network} is in use by another call; a network takes one call at a time.");
        if (!IsClosed) return new Call(this);
        _busy = 0;
        throw new ObjectDisposedException(network);
    }

    /// Called within the last call.
    public void Close() => IsClosed = true;

    public readonly ref struct Call(EngineGate gate)
    {
        public void Dispose() => Volatile.Write(ref gate._busy, 0);
    }
}
