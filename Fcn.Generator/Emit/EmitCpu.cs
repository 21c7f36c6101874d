using Fcn.Generator.Declaration;
using Fcn.Generator.Kernels;
using Fcn.Generator.Schedule;
using Fcn.Generator.Targets.Simd;
using Fcn.Generator.Text;

namespace Fcn.Generator.Emit;

// CPU code → C#: the table of schedules and the program that the engine reads, and the kernels, each once for all vector widths. Equal bodies are one
// kernel, whatever layers and modes launch it.
internal sealed class EmitCpu
{
    private const string KernelClass = "CpuKernels";

    // What the text of kernels calls by simple names; a method of such a name would come first.
    private static readonly string[] Words =
        [KernelClass, .. SimdRenderer.Types, "MethodImpl", "MethodImplOptions", .. GeneratedName.Inherited];

    private readonly NetworkDeclaration _network;
    private readonly CpuCode _code;
    private readonly Dictionary<string, (string Name, string Text)> _kernels = []; // by what is rendered under the kernel's own name
    private readonly Dictionary<Launch, string> _names = [];

    public EmitCpu(NetworkDeclaration network, CpuCode code, CancellationToken cancel)
    {
        (_network, _code) = (network, code);
        var scope = new NameScope([.. Words, .. code.Tiles.Keys]);
        foreach (var launch in code.Modes.SelectMany(static m => m.Launches))
        {
            cancel.ThrowIfCancellationRequested();
            if (launch.IsOfRuntime)
            {
                _names[launch] = launch.Name;
                continue;
            }
            string wanted = Render(launch.Kernel);
            if (!_kernels.TryGetValue(wanted, out var known))
            {
                string name = scope.Take(launch.Name);
                _kernels[wanted] = known = (name, name == launch.Name ? wanted : Render(launch.Kernel with { Name = name }));
            }
            _names[launch] = known.Name;
        }
    }

    /// The table of schedules and what the engine reads.
    public GeneratedFile Program()
    {
        var w = SourceWriter.File(
            _network.GeneratedNamespace,
            ["Fcn.Devices.Cpu.CpuKernel", "Fcn.Devices.Cpu.CpuProgram", .. EmitTiles.Blocks.Select(static b => $"{EmitTiles.RuntimeNamespace}.{b.Block}")],
            ["global::System"]);
        w.Line($"// All that {_network.Name} needs to run on a CPU.");
        using (w.Block("internal static unsafe class Cpu"))
        {
            using (w.Open("public static CpuProgram Program { get; } = new(", ");"))
            {
                using (w.Open("[", "],"))
                    foreach (var (name, weight) in _code.Parameters.Weights.Select(static p => (p.Key, p.Value)))
                        w.Line($"new({Literal.Of(_code.Parameters.Offsets[name])}, {Literal.Of(weight.Out)}, {Literal.Of(weight.In)}, "
                            + $"{Literal.Of(weight.Kernel)}, {Literal.Of(weight.InBlock)}), // {name}");
                using (w.Open("[", "],"))
                    foreach (var (name, _) in _kernels.Values)
                        w.Line($"new(\"{name}\", {string.Join(", ", EmitTiles.Blocks.Select(b => $"&{KernelClass}.{name}<{b.Block}>"))}),");
                w.Line("static () => Schedules");
            }
            w.Line();
            ScheduleTable.Write(w, "Schedules", _code.Modes, l => _names[l], Machine.Cpus);
        }
        return new($"{_network.FullName}.Cpu.g.cs", w.ToString());
    }

    public GeneratedFile Kernels()
    {
        string[] tiles = [$"static global::{EmitTiles.RuntimeNamespace}.RegisterTiles", .. Own.Any() ? [$"static global::{EmitTiles.OwnNamespace}.RegisterTiles"] : new string[0]];
        var w = SourceWriter.File(_network.GeneratedNamespace, EmitTiles.Types, [$"global::{EmitTiles.RuntimeNamespace}", .. tiles]);
        w.Line($"// Kernels of {_network.Name}. V: the 16 channels of a block in the vectors of the machine that runs.");
        using (w.Block($"internal static unsafe class {KernelClass}"))
            w.Line(string.Concat(_kernels.Values.Select(static k => k.Text)).TrimEnd('\n'));
        return new($"{_network.FullName}.{KernelClass}.g.cs", w.ToString());
    }

    /// The register tiles that the runtime does not have, a file per family. They depend on no network: all networks of an assembly share them.
    public IEnumerable<GeneratedFile> Tiles() => Own.Select(EmitTiles.Own);

    private IEnumerable<TileFamily> Own => _code.Tiles.Values.Where(static f => !ContractionTiles.InRuntime.ContainsKey(f.Name));

    private static string Render(Kernel kernel)
    {
        var w = new SourceWriter();
        new SimdRenderer(Machine.Kernels, w).Kernel(kernel, KernelFields.Of(kernel));
        return w.ToString();
    }
}
