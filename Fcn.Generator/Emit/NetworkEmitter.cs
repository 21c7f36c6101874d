using Fcn.Generator.Declaration;
using Fcn.Generator.Schedule.Gpu;

namespace Fcn.Generator.Emit;

// From scheduled modes to the files that hold schedules and kernels.
internal static class NetworkEmitter
{
    /// Parameters of a network's constructor, and the expression for the engine that it hands to Fcn.Network.
    public static (string Parameters, string Engine) Constructor(NetworkDeclaration network) =>
        ("global::Fcn.Devices.Device? device = null", "(device ?? global::Fcn.Devices.Cpu.CpuDevice.Default).Open(Summary, Code())");

    /// The network's own files, and those that it shares with every network of its assembly that needs the same.
    public static (EquatableArray<GeneratedFile> Own, EquatableArray<GeneratedFile> Shared) Emit(
        NetworkDeclaration network, ParameterPlan parameters, IReadOnlyList<Mode> modes, IReadOnlyList<GpuVariant> variants, bool referencesIlgpu)
    {
        var kernels = new PtxKernels(variants);
        var emit = new EmitSchedules(network, parameters, modes);
        var cuda = new EmitCuda(network, modes, variants, kernels);
        var ilgpu = referencesIlgpu ? new EmitIlgpu(network, variants, kernels) : null;
        return (
            [
                EmitSurface.Code(network, ilgpu is not null),
                new($"{network.FullName}.Schedules.g.cs", emit.Schedules()),
                new($"{network.FullName}.CpuKernels.g.cs", emit.Kernels()),
                cuda.Schedules(),
                cuda.Ptx(),
                .. ilgpu is null ? [] : new[] { ilgpu.Kernels() },
            ],
            [.. emit.Tiles(), .. cuda.Tiles(), .. ilgpu?.Shared() ?? []]);
    }
}
