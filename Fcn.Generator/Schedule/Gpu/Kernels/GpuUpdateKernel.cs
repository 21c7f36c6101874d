using Fcn.Generator.Kernels;

namespace Fcn.Generator.Schedule.Gpu.Kernels;

// Caffe's SGD over all parameters (sgd_solver.cpp: Normalize, Regularize, ComputeUpdateValue; Blob::Update), as ParameterMemory.Update of
// the runtime does it on CPUs: products and sums rounded one by one. One block updates 1024 floats of one parameter; a rate of 0 leaves
// them alone.
internal static class GpuUpdateKernel
{
    private const int Lanes = GpuParameterPlan.Unit / GpuMachine.Threads;

    public static Launch Lower()
    {
        var k = new KernelBuilder();
        Value Memory(string name) => Value.Field(name, KernelType.To(Element.Float));
        Value Step(string name) => Value.Field(name, KernelType.Float);
        Value rate = k.Let("rate", Memory("Multipliers").Load(Value.Item * 2));
        k.If(Value.Float(0) < rate, () =>
        {
            Value decay = k.Let("decay", Step("Decay") * Memory("Multipliers").Load(Value.Item * 2 + 1));
            Value at = k.Let("at", Value.Item.To(Element.Index) * GpuParameterPlan.Unit + Value.Thread * Lanes);
            Value value = k.Let("value", Memory("Parameters").Load(at, Lanes));
            Value gradient = k.Let("gradient", Step("GradientScale") * Memory("Gradients").Load(at, Lanes) + decay * value);
            Value velocity = k.Let("velocity", Step("Momentum") * Memory("Momentum").Load(at, Lanes) + Step("Rate") * rate * gradient);
            k.Store(Memory("Momentum"), at, velocity);
            k.Store(Memory("Parameters"), at, value - velocity);
        });
        var kernel = k.Build("update", "v = momentum v + rate (scale g + decay w); w = w - v.") with { Threads = GpuMachine.Threads };
        return GpuLaunch.Of(kernel, Value.Field("ParameterBlocks", KernelType.Int));
    }
}
