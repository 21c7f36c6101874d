namespace Fcn.Devices;

// One call at a time: kernels write native memory, so two at once would not raise an error but spoil the numbers. A call also keeps its
// engine from being finalised: kernels know addresses only, and the caller may hold the network no longer once it is inside.
internal sealed class EngineGate(Engine engine, string network)
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

    private void Leave()
    {
        Volatile.Write(ref _busy, 0);
        GC.KeepAlive(engine);
    }

    public readonly ref struct Call(EngineGate gate)
    {
        public void Dispose() => gate.Leave();
    }
}
