// Objects ↔ the numbers by which the engine knows them. Numbers are never 0 and come again once they were given back.
namespace Fcn.Devices.Ilgpu;

internal sealed class HandleTable<T> where T : class
{
    private readonly Lock _lock = new();
    private readonly List<T?> _items = [null];
    private readonly Stack<int> _free = new();

    public T this[nint handle]
    {
        get
        {
            lock (_lock)
            {
                return (handle > 0 && handle < _items.Count ? _items[(int)handle] : null)
                    ?? throw new InvalidOperationException($"There is no {typeof(T).Name} {handle}.");
            }
        }
    }

    public nint Add(T item)
    {
        lock (_lock)
        {
            if (_free.TryPop(out int handle))
            {
                _items[handle] = item;
                return handle;
            }
            _items.Add(item);
            return _items.Count - 1;
        }
    }

    public T Remove(nint handle)
    {
        lock (_lock)
        {
            T item = this[handle];
            _items[(int)handle] = null;
            _free.Push((int)handle);
            return item;
        }
    }
}
