using Fcn.Generator.Declaration;
using Fcn.Generator.Schedule;
using Fcn.Generator.Schedule.Gpu;
using Fcn.Generator.Targets.Ilgpu;
using Fcn.Generator.Text;

namespace Fcn.Generator.Emit;

// GPU kernels → C# in ILGPU's dialect: one file of a network with everything that any GPU runs, and a table that finds the method of every
// kernel of the network's CUDA schedules. Kernels for matrix units, the bulk of the text, are shared by the networks of an assembly, and so
// is their inline assembly.
internal sealed class EmitIlgpu
{
    private const string AssemblyClass = "IlgpuAssembly", SharedClass = "Ilgpu", Own = PtxKernels.IlgpuClass;

    private static readonly string[] Namespaces = ["global::System.Collections.Generic", "global::Fcn.Generated", "global::ILGPU"];

    private static readonly string[] Types =
    [
        "System.Delegate", "System.Math", "System.MathF", "Fcn.Devices.Ilgpu.DeviceAddressAttribute", "Fcn.Devices.Ilgpu.IlgpuProgram",
        "ILGPU.Grid", "ILGPU.Group", "ILGPU.Interop", "ILGPU.SharedMemory", "ILGPU.Runtime.Cuda.CudaAsm",
    ];

    private readonly NetworkDeclaration _network;
    private readonly List<IlgpuKernel> _own = [], _matrix = [];
    private readonly List<(string Kernel, string Method)> _methods = [];

    public EmitIlgpu(NetworkDeclaration network, IReadOnlyList<GpuVariant> variants, PtxKernels kernels, CancellationToken cancel)
    {
        _network = network;
        var byCode = new Dictionary<string, IlgpuKernel>();
        var ptx = variants.SelectMany(v => Reading(v).SelectMany(static s => s.Launches).Select(l => kernels.Of(v.Machine, l.Kernel)))
            .GroupBy(static k => k.Name).Select(static g => g.First());
        foreach (var kernel in ptx.AsParallel().AsOrdered().WithCancellation(cancel).Select(k => IlgpuRenderer.Render(kernels.Source(k))))
        {
            if (!byCode.TryGetValue(kernel.Code, out var known))
            {
                known = kernel.Named(kernel.NeedsCuda ? $"{kernel.Name}_{TextHash.Of(kernel.Text)}" : kernel.Name);
                byCode[kernel.Code] = known;
                (kernel.NeedsCuda ? _matrix : _own).Add(known);
            }
            _methods.Add((kernel.Name, kernel.NeedsCuda ? $"global::Fcn.Generated.{SharedClass}.{known.Name}" : known.Name));
        }
    }

    private static IEnumerable<ModeSchedule> Reading(GpuVariant v) => v.Modes;

    public GeneratedFile Kernels()
    {
        var w = SourceWriter.File(_network.GeneratedNamespace, Types, Namespaces);
        w.Line($"// {_network.Name} on any GPU that ILGPU reaches, in the order of first use: segmentation, scores, training, update, packing of weights.");
        w.Line("// Each method is a kernel: Grid.IdxX is the number of its group of threads, Group.IdxX that of the thread in it. Layers share");
        w.Line("// kernels, which are called after what they do. Maps are (N, H, W, channels rounded up to 8), weights (o, a, b, i). Step is what");
        w.Line("// changes from step to step, reals as their bits: accumulate, seed, loss scale, rate, momentum, decay, gradient scale. Kernels for");
        w.Line("// matrix units are in Fcn.Generated.Ilgpu; those with a [DeviceAddress] need dynamic shared memory. How many groups a launch has,");
        w.Line($"// and its arguments, are in the rows of {_network.Name}'s schedules.");
        using (w.Block($"internal static class {Own}"))
        {
            foreach (var kernel in _own)
            {
                w.Line(kernel.Text.TrimEnd('\n'));
                w.Line();
            }
            w.Line("// The method of every kernel that the network's schedules launch.");
            w.Line("public static IlgpuProgram Program { get; } = new(Methods);\n");
            using (w.Open("private static Dictionary<string, Delegate> Methods() => new()\n{", "};"))
                foreach (var (kernel, method) in _methods) w.Line($"[\"{kernel}\"] = {method},");
        }
        return new($"{_network.FullName}.Ilgpu.g.cs", w.ToString());
    }

    public IEnumerable<GeneratedFile> OfAssembly() =>
        _matrix.Select(static k => new GeneratedFile($"Fcn.Generated.Ilgpu.{k.Name}.g.cs", Class(SharedClass, [k])))
            .Concat(Assembly(_matrix)).Concat(IlgpuPieces.Files);

    /// A file of kernels.
    public static string Class(string name, IEnumerable<IlgpuKernel> kernels)
    {
        var w = SourceWriter.File("Fcn.Generated", Types, Namespaces);
        using (w.Block($"internal static partial class {name}")) w.Line(string.Join("\n", kernels.Select(static k => k.Text)).TrimEnd('\n'));
        return w.ToString();
    }

    /// What the kernels' inline assembly says, text by text.
    public static IEnumerable<GeneratedFile> Assembly(IEnumerable<IlgpuKernel> kernels) =>
        TextHash.Distinct(kernels.SelectMany(static k => k.Assembly))
            .Select(static a => new GeneratedFile($"Fcn.Generated.{AssemblyClass}.{a.Key}.g.cs", Constant(a.Key, a.Value)));

    private static string Constant(string name, string text)
    {
        var w = SourceWriter.File("Fcn.Generated", []);
        using (w.Block($"internal static partial class {AssemblyClass}"))
        {
            w.Line($"public const string {name} =");
            w.Raw($"\"\"\"\n{text}\n\"\"\";\n");
        }
        return w.ToString();
    }
}
