using Fcn.Generator.Kernels;

namespace Fcn.Generator.Schedule;

// A nest's reduction into a variable of a kernel, the same on every machine: what it starts from, and how a term is taken in. Machines
// differ in how they go through the axes.
internal sealed class NestReduction
{
    private readonly KernelBuilder _kernel;
    private readonly Nest _nest;
    private readonly Value _result;
    private readonly Value? _index;

    public NestReduction(KernelBuilder kernel, Nest nest, Point point)
    {
        (_kernel, _nest) = (kernel, nest);
        Value start = nest.Combine == Combine.Sum ? nest.Start?.Invoke(point) ?? Value.Float(0) : Value.Float(double.NegativeInfinity);
        _result = kernel.Let(nest.Combine == Combine.Sum ? "sum" : "max", start.Spread(point.Lanes));
        if (nest.Combine == Combine.ArgMaximum) _index = kernel.Let("index", Value.Float(0).Spread(point.Lanes));
    }

    /// The combination, once every term is in: for ArgMaximum the ordinal of the first greatest.
    public Value Result => _index ?? _result;

    /// What a term is that does not count.
    public Value Absent(int lanes) => Value.Float(_nest.Combine == Combine.Sum ? 0 : double.NegativeInfinity).Spread(lanes);

    /// Takes the term at this place of the axes in.
    public void Add(IReadOnlyList<Value> at, Value term)
    {
        switch (_nest.Combine)
        {
            case Combine.Sum:
                _kernel.Assign(_result, term.Op == KernelOp.Multiply ? Value.MultiplyAdd(term.Sources[0], term.Sources[1], _result) : _result + term);
                break;
            case Combine.Maximum:
                _kernel.Assign(_result, Value.Max(_result, term));
                break;
            case Combine.ArgMaximum:
                term = _kernel.Let("term", term);
                Value ordinal = at.Zip(_nest.Reduce, static (i, axis) => (i, axis.Count)).Aggregate((Value)0, static (sum, next) => sum * next.Count + next.i);
                _kernel.Assign(_index!, Value.Select(_result < term, ordinal.To(Element.Float), _index!));
                _kernel.Assign(_result, Value.Max(_result, term));
                break;
        }
    }
}
