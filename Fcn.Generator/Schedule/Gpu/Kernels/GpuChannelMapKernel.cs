namespace Fcn.Generator.Schedule.Gpu.Kernels;

// Numbers per channel from others. One thread: one channel, those included that fill up the last vector, which are zeros.
internal static class GpuChannelMapKernel
{
    /// Adds: whether the target may hold a sum already that is added to.
    public static Launch Lower(ChannelMap op, IReadOnlyList<GpuMap?> maps, IReadOnlyList<GpuWeight?> weights, GpuWeight target, bool adds)
    {
        var (counted, result) = (maps.FirstOrDefault(static m => m is not null), target.As("result"));
        Value? pixels = counted is null ? null : ChannelOp.Pixels(counted.As("x").Height, counted.As("x").Width);
        Value count = Value.Field("count", KernelType.Int);
        GpuWeight?[] vectors = [.. weights.Select(static (w, i) => w?.As(GpuOperands.Vector(i)))];
        var kernel = Grid.Each($"{KernelName.Of(op)}{(adds ? "_added" : "")}", $"{op.Word}: a channel per thread.", count, (k, channel) =>
        {
            Value value = op.Apply([.. vectors.Select(v => v is null ? null : k.Let(v.Name, v.Pointer.Load(channel)))], pixels);
            if (adds)
            {
                value = k.Let("sum", value);
                k.If(Value.Field("Accumulate", KernelType.Int).Equals(1), () => k.Assign(value, value + result.Pointer.Load(channel)));
            }
            k.Store(result.Pointer, channel, value);
        });
        int channels = GpuMap.PitchOf(target.Out);
        return GpuLaunch.Of(
            kernel, Grid.Blocks(Value.Int(channels)), counted is null ? [] : GpuLaunch.Bind(counted.As("x"), counted), GpuLaunch.Bind(result),
            vectors.OfType<GpuWeight>().SelectMany(GpuLaunch.Bind), GpuLaunch.Bind("count", channels));
    }
}
