using Fcn.Generator.Kernels;

namespace Fcn.Generator.Schedule.Gpu;

/// A node's operands on a GPU.
internal sealed class GpuOperands(GpuMap? y, IReadOnlyList<GpuMap?> maps, IReadOnlyList<GpuWeight?> weights, int weighted)
    : Operands<GpuMap, GpuMap, GpuWeight, GpuWeight>(y, maps, weights, weighted)
{
    protected override (GpuMap Role, IEnumerable<KeyValuePair<string, Value>> Bindings) Role(string name, GpuMap map)
    {
        var role = map.As(name);
        return (role, GpuLaunch.Bind(role, map));
    }

    protected override (GpuWeight Role, IEnumerable<KeyValuePair<string, Value>> Bindings) Role(string name, GpuWeight weight)
    {
        var role = weight.As(name);
        return (role, GpuLaunch.Bind(role));
    }
}
