namespace Fcn.Generator.Schedule.Gpu;

// Bindings of maps and weights to the roles that they have in kernels.
internal static class GpuLaunch
{
    public static Launch Of(Kernel kernel, Value blocks, params IEnumerable<KeyValuePair<string, Value>>[] bindings) => Launch.Of(kernel, blocks, bindings);

    /// Binds a map's pointer and size to its role.
    public static IEnumerable<KeyValuePair<string, Value>> Bind(GpuMap role, GpuMap map) =>
    [
        new(role.Name, map.Pointer),
        new(GeneratedName.Of(role.Name, "H"), map.Height),
        new(GeneratedName.Of(role.Name, "W"), map.Width),
    ];

    public static IEnumerable<KeyValuePair<string, Value>> Bind(GpuWeight weight) => [new(weight.Name, weight.Memory)];

    public static IEnumerable<KeyValuePair<string, Value>> Bind(string role, Value value) => Launch.Bind(role, value);
}
