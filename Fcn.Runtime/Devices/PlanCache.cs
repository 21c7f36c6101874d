namespace Fcn.Devices;

// A schedule measured for one shape, with what a device needs to run it.
internal abstract class RunPlan(RunShape shape) : IDisposable
{
    public RunShape Shape => shape;

    public abstract void Dispose();
}

// The plans used last: photographs come in many sizes, and a plan takes about a millisecond to make.
internal sealed class PlanCache<T>(Func<RunShape, T> make) : IDisposable where T : RunPlan
{
    private const int Kept = 32;
    private readonly List<T> _plans = new(Kept); // used last first

    public T Get(RunShape shape)
    {
        int at = _plans.FindIndex(plan => plan.Shape == shape);
        var found = at >= 0 ? _plans[at] : make(shape);
        if (at >= 0) _plans.RemoveAt(at);
        if (_plans.Count == Kept)
        {
            _plans[^1].Dispose();
            _plans.RemoveAt(Kept - 1);
        }
        _plans.Insert(0, found);
        return found;
    }

    public void Dispose()
    {
        foreach (var plan in _plans) plan.Dispose();
        _plans.Clear();
    }
}
