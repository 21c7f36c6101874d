namespace Fcn.Generator.Schedule.Gpu;

// A node's operands under their roles in its kernels: maps x, x1, …, its own map y, parameters weight and bias; and what the roles are in this schedule.
internal sealed class GpuOperands
{
    public GpuOperands(GpuMap? y, IReadOnlyList<GpuMap?> maps, IReadOnlyList<GpuWeight?> weights)
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
        Weights = [.. weights.Select((weight, i) =>
        {
            if (weight is null) return null;
            var role = weight.As(i < 2 ? "weight" : "bias");
            bindings.AddRange(GpuLaunch.Bind(role));
            return role;
        })];
        Bindings = bindings;
    }

    public GpuMap Y { get; }

    /// By input; null where the input is a weight.
    public IReadOnlyList<GpuMap?> Maps { get; }

    /// By input; null where the input is a map.
    public IReadOnlyList<GpuWeight?> Weights { get; }

    public IReadOnlyList<KeyValuePair<string, Value>> Bindings { get; }
}
