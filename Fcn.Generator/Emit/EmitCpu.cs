using Fcn.Generator.Declaration;
using Fcn.Generator.Targets.Simd;

namespace Fcn.Generator.Emit;

// CPU code → C#: the table of schedules and the program that the engine reads, and one class of kernels per machine.
internal sealed class EmitCpu
{
    // What the text of kernels calls by simple names; a method of such a name would come first.
    private static readonly string[] Words =
        ["BitConverter", "Lanes", "Math", "MathF", "MethodImpl", "MethodImplOptions", "Vector128", "Vector256", "Vector512", .. GeneratedName.Inherited];

    // What kernels and tiles use.
    private const string Vectors = "global::System.Runtime.Intrinsics";

    private static readonly string[] Types =
    [
        "System.BitConverter", "System.Math", "System.MathF", "System.Runtime.CompilerServices.MethodImplAttribute", "System.Runtime.CompilerServices.MethodImplOptions",
        "System.Runtime.Intrinsics.Vector128", "System.Runtime.Intrinsics.Vector256", "System.Runtime.Intrinsics.Vector512", "Fcn.Devices.Cpu.Lanes",
    ];

    private readonly NetworkDeclaration _network;
    private readonly IReadOnlyList<CpuCode> _levels;
    private readonly Dictionary<string, string[]> _texts = []; // by name, one per level
    private readonly Dictionary<Launch, string> _names = [];   // by the launch of the first level
    private readonly IReadOnlyList<ModeSchedule> _modes;

    public EmitCpu(NetworkDeclaration network, IReadOnlyList<CpuCode> levels, CancellationToken cancel)
    {
        (_network, _levels) = (network, levels);
        var tiles = levels.SelectMany(static l => l.Tiles.Values).SelectMany(static f => f).Select(static t => t.Name);
        var scope = new NameScope([.. Words, .. levels.Select(static l => l.Machine.Name), .. tiles]);
        var byText = new Dictionary<string, string>();
        _modes = [.. levels[0].Modes.Select((mode, m) => mode with
        {
            Launches = [.. mode.Launches.Select((launch, i) => Named([.. levels.Select(l => l.Modes[m].Launches[i])], mode.Name, byText, scope, cancel))],
        })];
    }

    /// The table of schedules and what the engine reads.
    public GeneratedFile Program()
    {
        var w = SourceWriter.File(_network.GeneratedNamespace, ["Fcn.Devices.Cpu.CpuKernel", "Fcn.Devices.Cpu.CpuProgram"], ["global::System"]);
        w.Line($"// All that {_network.Name} needs to run on a CPU.");
        using (w.Block("internal static unsafe class Cpu"))
        {
            using (w.Open("public static CpuProgram Program { get; } = new(", ");"))
            {
                using (w.Open("[", "],"))
                    foreach (var (name, weight) in _levels[0].Parameters.Weights.Select(static p => (p.Key, p.Value)))
                        w.Line($"new({Literal.Of(_levels[0].Parameters.Offsets[name])}, {Literal.Of(weight.Out)}, {Literal.Of(weight.In)}, {Literal.Of(weight.Kernel)}, {Literal.Of(weight.InBlock)}), // {name}");
                using (w.Open("[", "],"))
                    foreach (string kernel in _texts.Keys)
                        w.Line($"new(\"{kernel}\", {string.Join(", ", _levels.Select(l => $"&{l.Machine.Name}.{kernel}"))}),");
                w.Line("static () => Schedules");
            }
            w.Line();
            ScheduleTable.Write(w, "Schedules", _modes, l => _names[l], _levels.Select(static l => l.Machine));
        }
        return new($"{_network.FullName}.Cpu.g.cs", w.ToString());
    }

    /// All kernels of one machine.
    public IEnumerable<GeneratedFile> Kernels() => _levels.Select((level, number) =>
    {
        var w = SourceWriter.File(_network.GeneratedNamespace, Types, [Vectors, $"static global::Fcn.Generated.{level.Machine.Name}Tiles"]);
        w.Line($"// Kernels of {_network.Name} for vectors of {Literal.Of(32 * level.Machine.Lanes)} bits.");
        using (w.Block($"internal static unsafe class {level.Machine.Name}"))
            w.Line(string.Concat(_texts.Values.Select(texts => texts[number])).TrimEnd('\n'));
        return new GeneratedFile($"{_network.FullName}.{level.Machine.Name}.g.cs", w.ToString());
    });

    /// The register tiles that the kernels call, a file per family. They depend on no network: all networks of an assembly share them.
    public IEnumerable<GeneratedFile> Tiles() => _levels.SelectMany(static level => level.Tiles.Select(family =>
    {
        var w = SourceWriter.File("Fcn.Generated", Types, [Vectors]);
        using (w.Block($"internal static unsafe partial class {level.Machine.Name}Tiles"))
            w.Line(string.Concat(family.Value.Select(kernel => Render(level.Machine, kernel, []))).TrimEnd('\n'));
        return new GeneratedFile($"Fcn.Generated.{level.Machine.Name}Tiles.{family.Key}.g.cs", w.ToString());
    }));

    // One launch for all levels: the union of their parameters, and one name for kernels whose texts are equal on every level.
    private Launch Named(Launch[] levels, string mode, Dictionary<string, string> byText, NameScope scope, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var launch = levels[0];
        if (launch.IsOfRuntime)
        {
            _names[launch] = launch.Name;
            return launch;
        }
        var roles = levels.SelectMany(static l => l.Roles).GroupBy(static r => r.Key).ToDictionary(static g => g.Key, static g => g.First().Value);
        launch = launch with { Parameters = [.. levels.SelectMany(static l => l.Parameters).GroupBy(static p => p.Name).Select(static g => g.First())], Roles = roles };
        if (levels.Any(l => HostText.Of(l.Blocks) != HostText.Of(launch.Blocks)))
            throw new InvalidOperationException($"{launch.Name} has {HostText.Of(levels[0].Blocks)} items on one CPU and another number on another.");
        string[] texts = [.. _levels.Zip(levels, (code, l) => Render(code.Machine, l.Kernel, launch.Parameters))];
        string key = string.Concat(texts);
        if (!byText.TryGetValue(key, out string? name))
        {
            byText[key] = name = scope.Take(launch.Name, $"{launch.Name}_{mode.ToLowerInvariant().Replace('.', '_')}");
            _texts[name] = name == launch.Name ? texts : [.. _levels.Zip(levels, (code, l) => Render(code.Machine, l.Kernel with { Name = name }, launch.Parameters))];
        }
        _names[launch] = name;
        return launch;
    }

    private static string Render(Machine machine, Kernel kernel, IReadOnlyList<Value> parameters)
    {
        var w = new SourceWriter();
        new SimdRenderer(machine, w).Kernel(kernel, parameters);
        return w.ToString();
    }
}
