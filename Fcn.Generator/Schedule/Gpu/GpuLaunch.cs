using Fcn.Generator.Kernels;
using Fcn.Generator.Simplify;

namespace Fcn.Generator.Schedule.Gpu;

// Bindings of maps and weights to the roles that they have in kernels.
internal static class GpuLaunch
{
    public static Launch Of(Kernel kernel, Value blocks, params IEnumerable<KeyValuePair<string, Value>>[] bindings) =>
        Launch.Of(DivideByFields.Run(StepFields.Run(kernel)), blocks, bindings);

    /// Binds a map's pointer, size and strides to its role.
    public static IEnumerable<KeyValuePair<string, Value>> Bind(GpuMap role, GpuMap map) =>
    [
        new(role.Name, map.Pointer),
        new(GeneratedName.Of(role.Name, "H"), map.Height),
        new(GeneratedName.Of(role.Name, "W"), map.Width),
        new(role.PitchField.Name, Value.Int(map.Pitch)),
        new(role.PitchBytes.Name, Value.Int(map.Pitch * GpuMap.BytesOf(map.Element))),
        new(role.ChannelsField.Name, Value.Int(map.Channels)),
    ];

    public static IEnumerable<KeyValuePair<string, Value>> Bind(GpuWeight weight) =>
        [new(weight.Name, weight.Memory), new(weight.Innermost.Name, Value.Int(weight.Flipped ? weight.Out : weight.In))];

    public static IEnumerable<KeyValuePair<string, Value>> Bind(string role, Value value) => Launch.Bind(role, value);
}
