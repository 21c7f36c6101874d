using Fcn.Generator.Kernels;

namespace Fcn.Generator.Schedule;

// A node's operands under their roles in its kernels: maps x, x1, …, its own map y, parameters weight and bias, of ops that read a number per channel
// vector0, vector1, …; and what the roles are in one launch. Weighted: inputs in front of those vectors. What a role is differs between machines, the
// names do not.
internal abstract class Operands<TMap, TMapRole, TWeight, TWeightRole>
    where TMap : class where TMapRole : class where TWeight : class where TWeightRole : class
{
    private readonly List<KeyValuePair<string, Value>> _bindings = [];

    protected Operands(TMap? y, IReadOnlyList<TMap?> maps, IReadOnlyList<TWeight?> weights, int weighted)
    {
        Y = y is null ? null! : Keep(Role("y", y));
        int count = 0, vectors = 0;
        Maps = [.. maps.Select(map => map is null ? null : Keep(Role(count++ == 0 ? "x" : FormattableString.Invariant($"x{count - 1}"), map)))];
        Weights = [.. weights.Select((weight, i) => weight is null ? null : Keep(Role(i >= weighted ? Vector(vectors++) : i < 2 ? "weight" : "bias", weight)))];
    }

    /// The role of what an op reads per channel.
    public static string Vector(int number) => FormattableString.Invariant($"vector{number}");

    public TMapRole Y { get; }

    /// By input; null where the input is a weight.
    public IReadOnlyList<TMapRole?> Maps { get; }

    /// By input; null where the input is a map.
    public IReadOnlyList<TWeightRole?> Weights { get; }

    public IReadOnlyList<KeyValuePair<string, Value>> Bindings => _bindings;

    protected abstract (TMapRole Role, IEnumerable<KeyValuePair<string, Value>> Bindings) Role(string name, TMap map);

    protected abstract (TWeightRole Role, IEnumerable<KeyValuePair<string, Value>> Bindings) Role(string name, TWeight weight);

    private T Keep<T>((T Role, IEnumerable<KeyValuePair<string, Value>> Bindings) of)
    {
        _bindings.AddRange(of.Bindings);
        return of.Role;
    }
}
