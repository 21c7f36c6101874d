using Fcn.Generator.Emit;
using Fcn.Generator.Kernels;
using Fcn.Generator.Schedule.Gpu;
using Fcn.Generator.Targets.Ilgpu;
using Fcn.Generator.Targets.Ptx;
using Fcn.Tests.Ilgpu;
using Fcn.Tests.Ptx;

namespace Fcn.Tests.Ops;

// Kernels in ILGPU's dialect, on the stand-in. Those that were announced are compiled together at the next launch: a compilation for each would take
// minutes. Equal ones are compiled once.
internal sealed class EmulatedIlgpu : IKernelTarget
{
    private readonly Dictionary<string, CompiledKernel> _compiled = [];
    private readonly Dictionary<string, IlgpuKernel> _announced = [];

    /// The programs so far, as the kernels were emitted.
    public List<KernelProgram> Programs { get; } = [];

    public void Announce(IEnumerable<Kernel> kernels)
    {
        lock (_compiled)
        {
            foreach (var kernel in kernels.Select(IlgpuRenderer.Render).Where(k => !_compiled.ContainsKey(k.Code))) _announced[kernel.Code] = kernel;
        }
    }

    public void Launch(Kernel kernel, GpuMachine machine, int blocks, Func<string, long> argument, DeviceMemory memory)
    {
        var rendered = IlgpuRenderer.Render(kernel);
        var compiled = Compiled(rendered);
        ulong[] arguments = [.. rendered.Fields.Select(f => (ulong)argument(f.Name))];
        int shared = compiled.Entry.HasDynamicShared ? PtxRenderer.Render(kernel, machine.Capability).SharedBytes : 0;
        compiled.Launch(blocks, rendered.Threads, shared, arguments, memory);
    }

    private CompiledKernel Compiled(IlgpuKernel kernel)
    {
        lock (_compiled)
        {
            if (_compiled.TryGetValue(kernel.Code, out var known)) return known;
            _announced[kernel.Code] = kernel;
            List<IlgpuKernel> kernels = [.. _announced.Values];
            _announced.Clear();
            var files = kernels.Select((k, i) => EmitIlgpu.Class(Class(i), [k]))
                .Concat(EmitIlgpu.Assembly(kernels).Concat(IlgpuPieces.Files).Select(static f => f.Text));
            var program = new KernelProgram([.. files]);
            Programs.Add(program);
            for (int i = 0; i < kernels.Count; i++) _compiled[kernels[i].Code] = program[$"Fcn.Generated.{Class(i)}.{kernels[i].Name}"];
            return _compiled[kernel.Code];
        }
    }

    private static string Class(int number) => FormattableString.Invariant($"Kernel{number}");
}
