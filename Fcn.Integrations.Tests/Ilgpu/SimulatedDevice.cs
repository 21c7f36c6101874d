// ILGPU's simulated device, opened once: it has a thread of the operating system for each of its 256, and compiles every kernel.
using Fcn.Devices.Ilgpu;
using Fcn.Tests.Devices.Cpu;
using Fcn.Tests.Devices.Cuda;
using Xunit;

namespace Fcn.Integrations.Tests.Ilgpu;

public sealed class SimulatedDevice : IDisposable
{
    public IlgpuDevice Device { get; } = new(IlgpuBackend.Cpu) { Poison = true };

    internal IlgpuDriver Driver => Device.Driver;

    /// LinearScore with the weights of CudaBench.OnCpu.
    public Engine Open()
    {
        Engine engine = Device.Open(LinearScore.Summary, LinearScoreIlgpu.Code);
        engine.Write(ParameterStore.Values, 0, CudaBench.Weight);
        engine.Write(ParameterStore.Values, 1, CudaBench.Bias);
        return engine;
    }

    public void Dispose() => Device.Dispose();
}

[CollectionDefinition(nameof(SimulatedDevice))]
public sealed class SimulatedDeviceCollection : ICollectionFixture<SimulatedDevice>;
