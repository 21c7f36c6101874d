namespace Fcn.Devices;

// What is given back by a call, as a part among those that are objects.
internal sealed class Disposal(Action call) : IDisposable
{
    public void Dispose() => call();
}
