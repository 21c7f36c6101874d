using Fcn.Generator.Collections;
using Fcn.Generator.Declaration;
using Fcn.Generator.Schedule;
using Fcn.Generator.Schedule.Gpu;
using Fcn.Generator.Source;
using Fcn.Generator.Text;

namespace Fcn.Generator.Emit;

// From scheduled modes to the files that hold schedules and kernels.
internal static class NetworkEmitter
{
    /// Parameters of a network's constructor, and the expression for the engine that it hands to Fcn.Network.
    public static (string Parameters, string Engine) Constructor(NetworkDeclaration network) =>
        ("global::Fcn.Devices.Device? device = null", "(device ?? global::Fcn.Devices.Cpu.CpuDevice.Default).Open(Summary, Code())");

    /// The network's own files, and those that it shares with every network of its assembly that needs the same.
    public static (EquatableArray<GeneratedFile> Own, EquatableArray<GeneratedFile> Shared) Emit(
        NetworkDeclaration network, CpuCode? code, IReadOnlyList<GpuVariant> variants, UserProject project, CancellationToken cancel)
    {
        var cpu = code is not null ? new EmitCpu(network, code, cancel) : null;
        var kernels = variants.Count > 0 ? new PtxKernels(variants, cancel) : null;
        var cuda = kernels is not null ? new EmitCuda(network, variants, kernels, project.Selection.Targets.Contains(Selection.Cuda)) : null;
        var ilgpu = kernels is not null && project.TakesIlgpu ? new EmitIlgpu(network, variants, kernels, cancel) : null;
        cancel.ThrowIfCancellationRequested();
        return (
            [
                EmitSurface.Code(network, cpu is not null, cuda is not null, ilgpu is not null),
                .. cpu is null ? [] : new[] { cpu.Program(), cpu.Kernels() },
                .. cuda is null ? [] : cuda.Files(),
                .. ilgpu is null ? [] : new[] { ilgpu.Kernels() },
            ],
            [.. cpu?.Tiles() ?? [], .. cuda?.Kernels() ?? [], .. ilgpu?.OfAssembly() ?? []]);
    }
}
