namespace Fcn.Generator.Schedule.Gpu;

// A node's operands under their roles in its kernels: maps x, x1, …, its own map y, parameters weight and bias, of elementwise ops vector0, vector1, …;
// and what the roles are in this schedule. Core: the inputs in front of those of elementwise ops.
internal sealed class GpuOperands
{
    public GpuOperands(GpuMap? y, IReadOnlyList<GpuMap?> maps, IReadOnlyList<GpuWeight?> weights, int core = int.MaxValue)
    {
        var bindings = new List<KeyValuePair<string, Value>>();
        Y = y?.As("y")!;
        if (y is not null) bindings.AddRange(GpuLaunch.Bind(Y, y));
        int count = 0;
        Maps = [.. maps.Select(map =>
        {
            if (map is null) return null;
            var role = map.As(count == 0 ? "x" : FormattableString.Invariant($"x{count}"));
            count++;
            bindings.AddRange(GpuLaunch.Bind(role, map));
            return role;
        })];
        int vectors = 0;
        Weights = [.. weights.Select((weight, i) =>
        {
            if (weight is null) return null;
            var role = weight.As(i >= core ? Vector(vectors++) : i < 2 ? "weight" : "bias");
            bindings.AddRange(GpuLaunch.Bind(role));
            return role;
        })];
        Bindings = bindings;
    }

    public GpuMap Y { get; }

    /// The role of what an elementwise op reads per channel.
    public static string Vector(int number) => FormattableString.Invariant($"vector{number}");

    /// By input; null where the input is a weight.
    public IReadOnlyList<GpuMap?> Maps { get; }

    /// By input; null where the input is a map.
    public IReadOnlyList<GpuWeight?> Weights { get; }

    public IReadOnlyList<KeyValuePair<string, Value>> Bindings { get; }
}
