using System.Collections.Concurrent;
using Fcn.Generator.Kernels;
using Fcn.Generator.Schedule.Gpu;
using Fcn.Generator.Targets.Ptx;
using Fcn.Tests.Ptx;

namespace Fcn.Tests.Ops;

// Kernels as PTX, executed by the emulator.
internal sealed class EmulatedPtx : IKernelTarget
{
    public static readonly EmulatedPtx Target = new();

    private readonly ConcurrentDictionary<(int Capability, string Code), PtxEntry> _entries = new();

    public void Announce(IEnumerable<Kernel> kernels)
    {
    }

    public void Launch(Kernel kernel, GpuMachine machine, int blocks, Func<string, long> argument, DeviceMemory memory)
    {
        var rendered = PtxRenderer.Render(kernel, machine.Capability);
        var entry = _entries.GetOrAdd((machine.Capability, rendered.Code), _ => Parse(rendered, machine));
        ulong[] arguments = [.. entry.Parameters.Select(p => (ulong)argument(p.Name))];
        PtxLauncher.Launch(entry, blocks, rendered.Threads, rendered.SharedBytes, arguments, memory);
    }

    private static PtxEntry Parse(PtxKernel kernel, GpuMachine machine)
    {
        var target = PtxTarget.All.Last(t => t.Capability <= machine.Capability);
        return PtxModule.Parse(target.Header + "\n" + kernel.Text)[kernel.Name];
    }
}
