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
    private readonly List<T> _plans = new(Kept + 1); // used last first

    public T Get(RunShape shape)
    {
        // No lambda: steps of training allocate nothing.
        for (int i = 0; i < _plans.Count; i++)
        {
            var plan = _plans[i];
            if (plan.Shape != shape) continue;
            _plans.RemoveAt(i);
            _plans.Insert(0, plan);
            return plan;
        }
        var made = make(shape);
        _plans.Insert(0, made);
        if (_plans.Count <= Kept) return made;
        // Out of the list first: a plan that cannot be disposed must not come back.
        var oldest = _plans[Kept];
        _plans.RemoveAt(Kept);
        oldest.Dispose();
        return made;
    }

    public void Dispose()
    {
        Release.All(_plans);
        _plans.Clear();
    }
}
