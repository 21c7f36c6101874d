using Fcn.Generator.Declaration;
using Fcn.Generator.Schedule.Gpu;
using Fcn.Generator.Targets;
using Fcn.Generator.Targets.Ptx;

namespace Fcn.Generator.Emit;

// GPU code → C#: the table of schedules of all variants, the program that names kernels; and the kernels' PTX as UTF-8 data.
internal sealed class EmitCuda(NetworkDeclaration network, IReadOnlyList<GpuVariant> variants, PtxKernels kernels, bool ptx)
{
    private const string Texts = PtxKernels.Class;

    /// The network's own files. Without PTX, where kernels are for ILGPU alone, the program says that no card's driver can take them: no targets.
    public IReadOnlyList<GeneratedFile> Files() => ptx ? [Program(), Ptx()] : [Program()];

    // Tables of schedules, and the program that names variants and kernels.
    private GeneratedFile Program()
    {
        var w = SourceWriter.File(
            network.GeneratedNamespace, ["Fcn.Devices.Cuda.CudaPrecision", "Fcn.Devices.Cuda.CudaProgram", "Fcn.Devices.Cuda.CudaVariant"], ["global::System"]);
        w.Line($"// All that {network.Name} needs to run on a GPU.");
        using (w.Block("internal static class Cuda"))
        {
            using (w.Open("public static CudaProgram Program { get; } = new(", ");"))
            {
                w.Line($"[{string.Join(", ", (ptx ? PtxTarget.All : []).Select(t => $"new({Literal.Of(t.Capability)}, static () => {Texts}.{PtxKernels.Header(t)})"))}],");
                using (w.Open("[", "],"))
                    foreach (var (name, weight) in variants[0].Parameters.Weights.Select(static p => (p.Key, p.Value)))
                        w.Line($"new({Literal.Of(variants[0].Parameters.Offsets[name])}, {Literal.Of(weight.Out)}, {Literal.Of(weight.In)}, {Literal.Of(weight.Kernel)}), // {name}");
                w.Line($"[{string.Join(", ", variants.Select(static v => Capital(v.Machine.Name)))}]");
            }
            foreach (var variant in variants) Variant(w, variant);
            w.Line();
            ScheduleTable.Write(w, "Schedules", [.. variants.Select(v => (v.Machine.Name, v.Modes, KernelOf(v)))]);
        }
        return new($"{network.FullName}.Cuda.g.cs", w.ToString());
    }

    private void Variant(SourceWriter w, GpuVariant variant)
    {
        string name = Capital(variant.Machine.Name);
        w.Line();
        using (w.Open($"private static CudaVariant {name} => new(", $") {{ Name = \"{variant.Machine.Name}\" }};"))
        {
            w.Line($"CudaPrecision.{variant.Machine.Precision}, {Literal.Of(variant.Machine.Capability)},");
            using (w.Open("[", "],"))
                foreach (var kernel in variant.Modes.SelectMany(static m => m.Launches).Select(l => kernels.Of(variant.Machine, l.Kernel)).Distinct())
                    w.Line($"new(\"{kernel.Name}\", {Literal.Of(kernel.Threads)}, {Literal.Of(kernel.SharedBytes)}, static () => {(ptx ? Place(kernel) : "default")}),");
            w.Line("static () => Schedules");
        }
    }

    private Func<Launch, string> KernelOf(GpuVariant variant) => l => kernels.Of(variant.Machine, l.Kernel).Name;

    // Headers of modules, and the network's small kernels.
    private GeneratedFile Ptx()
    {
        var w = SourceWriter.File(network.GeneratedNamespace, [], ["global::System"]);
        w.Line($"// PTX of {network.Name}: what a module begins with, for each architecture level, and kernels; those with tiles are in Fcn.Generated.Ptx.");
        using (w.Block($"internal static class {Texts}"))
        {
            foreach (var target in PtxTarget.All) Text(w, PtxKernels.Header(target), target.Header);
            foreach (var kernel in kernels.All.Where(static k => !IsTile(k))) Text(w, kernel.Name, kernel.Text);
        }
        return new($"{network.FullName}.Ptx.g.cs", w.ToString());
    }

    /// Kernels with tiles in shared memory, the bulk of the text: a file each, for all networks of the assembly that have the same (decision 0010).
    public IEnumerable<GeneratedFile> Tiles() => kernels.All.Where(k => ptx && IsTile(k)).Select(static kernel =>
    {
        var w = SourceWriter.File("Fcn.Generated", [], ["global::System"]);
        using (w.Block("internal static partial class Ptx")) Text(w, Shared(kernel), kernel.Text);
        return new GeneratedFile($"Fcn.Generated.Ptx.{Shared(kernel)}.g.cs", w.ToString());
    });

    private static bool IsTile(PtxKernel kernel) => kernel.SharedBytes > 0;

    // Networks may have different kernels of one name.
    private static string Shared(PtxKernel kernel) => $"{kernel.Name}_{kernel.Hash}";

    private static string Place(PtxKernel kernel) => IsTile(kernel) ? $"global::Fcn.Generated.Ptx.{Shared(kernel)}" : $"{Texts}.{kernel.Name}";

    private static void Text(SourceWriter w, string name, string text)
    {
        w.Line($"internal static ReadOnlySpan<byte> {name} =>");
        w.Raw("\"\"\"\n");
        w.Raw(text);
        w.Raw("\n\"\"\"u8;\n\n");
    }

    private static string Capital(string name) => char.ToUpperInvariant(name[0]) + name.Substring(1);
}
