using Fcn.Generator.Declaration;
using Fcn.Generator.Schedule.Gpu;
using Fcn.Generator.Targets.Simd;

namespace Fcn.Generator.Emit;

// Schedules → C#: the frame (every size and pointer of every schedule), one CpuSchedule class per mode, and one class of kernels per machine.
internal sealed class EmitSchedules(NetworkDeclaration network, ParameterPlan parameters, IReadOnlyList<Mode> modes)
{
    private const string Frame = GeneratedName.CpuFrame;

    // What the text of kernels calls by simple names; a method of such a name would come first.
    private static readonly string[] Words =
        [Frame, "Lanes", "Math", "MathF", "MethodImpl", "MethodImplOptions", "Vector128", "Vector256", "Vector512", .. GeneratedName.Inherited];

    /// Frame, schedules and the tables that the engine reads.
    public string Schedules()
    {
        var w = SourceWriter.File(network.GeneratedNamespace,
        [
            "Fcn.Extents", "Fcn.Devices.ArenaPlan", "Fcn.Devices.Cpu.CpuPool", "Fcn.Devices.Cpu.CpuProgram", "Fcn.Devices.Cpu.CpuSchedule",
            "Fcn.Devices.Cpu.SimdLevel",
        ]);
        w.Line("#pragma warning disable CS0649 // the engine writes the first fields of the frame\n");
        FrameStruct(w);
        w.Line();
        foreach (var mode in modes)
        {
            Schedule(w, mode);
            w.Line();
        }
        Program(w);
        return w.ToString();
    }

    /// All kernels of one machine: equal bodies are one kernel, whatever layers and modes launch it.
    public string Kernels(Machine machine)
    {
        string[] tiles = [$"static global::{EmitTiles.RuntimeNamespace}.{machine.Name}Tiles", .. Own(machine).Any() ? [$"static global::{EmitTiles.OwnNamespace}.{machine.Name}Tiles"] : new string[0]];
        var w = SourceWriter.File(network.GeneratedNamespace, EmitTiles.Types, [EmitTiles.Vectors, .. tiles]);
        w.Line($"// Kernels of {network.Name} for vectors of {Literal.Of(32 * machine.Lanes)} bits.");
        using (w.Block($"internal static unsafe class {machine.Name}"))
            w.Line(string.Concat(NamedKernels(machine).Texts).TrimEnd('\n'));
        return w.ToString();
    }

    /// The register tiles that the runtime does not have, a file per family. They depend on no network: all networks of an assembly share them.
    public IEnumerable<GeneratedFile> Tiles(Machine machine) => Own(machine).Select(family => EmitTiles.Own(machine, family));

    private IEnumerable<TileFamily> Own(Machine machine) =>
        ContractionTiles.Own(machine, modes.SelectMany(m => m.Schedules[machine].Tiles.Values)).GroupBy(static f => f.Name).Select(static g => g.First());

    private sealed record Named(IReadOnlyList<string> Texts, IReadOnlyDictionary<Kernel, string> Names);

    private readonly Dictionary<Machine, Named> _named = [];

    private Named NamedKernels(Machine machine)
    {
        if (_named.TryGetValue(machine, out var known)) return known;
        var scope = new NameScope([.. Words, machine.Name, .. modes.SelectMany(m => m.Schedules[machine].Tiles.Keys)]);
        var byText = new Dictionary<string, string>();
        var texts = new List<string>();
        var names = new Dictionary<Kernel, string>();
        foreach (var launch in modes.SelectMany(m => m.Schedules[machine].Launches).Where(static l => l.Kernel is not null))
        {
            string wanted = Render(machine, launch.Kernel!);
            if (!byText.TryGetValue(wanted, out string? name))
            {
                byText[wanted] = name = scope.Take(launch.Kernel!.Name);
                texts.Add(name == launch.Kernel.Name ? wanted : Render(machine, launch.Kernel with { Name = name }));
            }
            names[launch.Kernel!] = name;
        }
        return _named[machine] = new(texts, names);
    }

    private static string Render(Machine machine, Kernel kernel)
    {
        var w = new SourceWriter();
        new SimdRenderer(machine, w).Kernel(kernel, KernelFields.Of(kernel));
        return w.ToString();
    }

    // Schedules of several modes have fields of one name for the same value.
    private void FrameStruct(SourceWriter w)
    {
        w.Line($"// What the kernels of {network.Name} see: sizes of maps and places of buffers. Starts with the fields of CpuFrame.");
        using (w.Block($"internal unsafe struct {Frame}"))
        {
            w.Line("public int N, H, W, Accumulate, Seed;\npublic float LossScale;\npublic int ImageHalo, LossCount;");
            w.Line("public float* Parameters, Gradients, Image;\npublic byte* Labels;\npublic float* Scores;\npublic double* Losses;");
            foreach (var map in modes.SelectMany(Sizes).GroupBy(static m => m.Name).Select(static g => g.First()))
                w.Line($"public int {map.Height.Name}, {map.Width.Name};");
            foreach (string buffer in modes.SelectMany(static m => m.Any.Buffers).Select(static b => b.Field).Distinct().Except(GeneratedName.CpuFields))
                w.Line($"public float* {buffer};");
        }
    }

    private static IEnumerable<MapBuffer> Sizes(Mode mode) => mode.Any.Maps.Where(static m => m.Size != Extent.Input);

    private void Schedule(SourceWriter w, Mode mode)
    {
        w.Line($"// {mode.Summary}");
        using (w.Block($"internal sealed unsafe class {mode.Name} : CpuSchedule"))
        {
            w.Line($"public override int FrameBytes => sizeof({Frame});\n");
            using (w.Block("public override void Measure(void* frame)"))
            {
                w.Line($"{Frame}* f = ({Frame}*)frame;");
                w.Line($"Extents.Require(\"{network.Name}\", f->H, f->W, smallest: {Literal.Of(mode.SmallestInput)});");
                foreach (var map in Sizes(mode))
                {
                    w.Line($"f->{map.Height.Name} = {map.Size.Code("f->H")};");
                    w.Line($"f->{map.Width.Name} = {map.Size.Code("f->W")};");
                }
                foreach (string count in mode.Schedules.Values.SelectMany(static s => s.Counts).Select(SimdRenderer.Host).Distinct())
                    w.Line($"Extents.Count({count});");
                w.Line($"f->ImageHalo = {Literal.Of(mode.Any.Maps.First(static m => m.Name == "Image").Halo)};");
                w.Line($"f->LossCount = {SimdRenderer.Host(mode.Any.LossCount)};");
            }
            w.Line();
            using (w.Block("public override void Plan(void* frame, ArenaPlan arena)"))
            {
                w.Line($"{Frame}* f = ({Frame}*)frame;");
                foreach (var b in mode.Any.Buffers)
                    w.Line($"arena.Add((void**)&f->{b.Field}, \"{b.Name}\", {SimdRenderer.Host(b.Bytes)}, first: {Literal.Of(b.First)}, last: {Literal.Of(b.Last)});");
            }
            w.Line();
            using (w.Block("public override void Run(void* frame, CpuPool pool, SimdLevel level)"))
            {
                w.Line($"{Frame}* f = ({Frame}*)frame;");
                w.Line($"if (level == SimdLevel.Avx512) Run{Machine.Avx512.Name}(f, pool);");
                w.Line($"else if (level == SimdLevel.Avx2) Run{Machine.Avx2.Name}(f, pool);");
                w.Line($"else Run{Machine.Portable.Name}(f, pool);");
            }
            foreach (var machine in Machine.Cpus)
            {
                w.Line();
                using (w.Block($"private static void Run{machine.Name}({Frame}* f, CpuPool pool)"))
                {
                    var launches = mode.Schedules[machine].Launches;
                    w.Line($"long* a = stackalloc long[{Literal.Of(launches.Select(static l => l.Arguments.Count).DefaultIfEmpty(0).Max())}];");
                    foreach (var launch in launches) w.Line(Launch(machine, launch));
                }
            }
        }
    }

    private string Launch(Machine machine, Launch launch) => launch.Kind switch
    {
        LaunchKind.Kernel => string.Concat(launch.Arguments.Select(static (a, i) => Argument(i, a.Value)))
            + $"pool.Run(\"{launch.Name}\", &{machine.Name}.{NamedKernels(machine).Names[launch.Kernel!]}, a, {SimdRenderer.Host(launch.Items)});",
        LaunchKind.ClearHalo => $"pool.ClearHalo(\"{launch.Name}\", {SimdRenderer.Host(launch.Map!.Pointer)}, {SimdRenderer.Host(launch.Items)}, "
            + $"{SimdRenderer.Host(launch.Map.Height)}, {SimdRenderer.Host(launch.Map.Width)}, halo: {Literal.Of(launch.Map.Halo)}, block: {Literal.Of(launch.Map.Block)});",
    };

    private static string Argument(int i, Value value) => value.Type == KernelType.Float
        ? $"*(float*)(a + {Literal.Of(i)}) = {SimdRenderer.Host(value)}; "
        : $"a[{Literal.Of(i)}] = (long)({SimdRenderer.Host(value)}); ";

    private void Program(SourceWriter w)
    {
        w.Line($"// All that {network.Name} needs to run on a CPU.");
        using (w.Block("internal static class Cpu"))
        using (w.Open("public static CpuProgram Program { get; } = new(", ");"))
        {
            using (w.Open("[", "],"))
                foreach (var (name, weight) in parameters.Weights.Select(static p => (p.Key, p.Value)))
                    w.Line($"new({Literal.Of(parameters.Offsets[name])}, {Literal.Of(weight.Out)}, {Literal.Of(weight.In)}, {Literal.Of(weight.Kernel)}, {Literal.Of(weight.InBlock)}), // {name}");
            w.Line($"{string.Join(", ", modes.Select(static m => $"new {m.Name}()"))}");
        }
    }
}
