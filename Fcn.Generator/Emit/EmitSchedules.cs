using Fcn.Generator.Declaration;
using Fcn.Generator.Schedule.Gpu;
using Fcn.Generator.Targets.Simd;

namespace Fcn.Generator.Emit;

// Schedules → C#: the frame (every size and pointer of every schedule), one CpuSchedule class per mode, and one class of kernels per machine.
internal sealed class EmitSchedules(NetworkDeclaration network, ParameterPlan parameters, IReadOnlyList<Mode> modes)
{
    private const string Frame = GeneratedName.CpuFrame, KernelClass = "CpuKernels";

    // What the text of kernels calls by simple names; a method of such a name would come first.
    private static readonly string[] Words =
        [Frame, "Lanes", "Math", "MathF", "MethodImpl", "MethodImplOptions", "Vector128", "Vector256", "Vector512", .. GeneratedName.Inherited];

    /// Frame, schedules and the tables that the engine reads.
    public string Schedules()
    {
        var w = SourceWriter.File(network.GeneratedNamespace,
        [
            "Fcn.Extents", "Fcn.Devices.ArenaPlan", "Fcn.Devices.Cpu.CpuPool", "Fcn.Devices.Cpu.CpuProgram", "Fcn.Devices.Cpu.CpuSchedule",
            "Fcn.Devices.Cpu.SimdLevel", .. EmitTiles.Blocks.Select(static b => $"{EmitTiles.RuntimeNamespace}.{b.Block}"),
        ], [EmitTiles.RuntimeNamespace.Insert(0, "global::")]);
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

    /// All kernels, each once for all vector widths. Equal bodies are one kernel, whatever layers and modes launch it.
    public string Kernels()
    {
        string[] tiles = [$"static global::{EmitTiles.RuntimeNamespace}.RegisterTiles", .. Own.Any() ? [$"static global::{EmitTiles.OwnNamespace}.RegisterTiles"] : new string[0]];
        var w = SourceWriter.File(network.GeneratedNamespace, EmitTiles.Types, [$"global::{EmitTiles.RuntimeNamespace}", .. tiles]);
        w.Line($"// Kernels of {network.Name}. V: the 16 channels of a block in the vectors of the machine that runs.");
        using (w.Block($"internal static unsafe class {KernelClass}"))
            w.Line(string.Concat(Texts.Values.Select(static t => t.Text)).TrimEnd('\n'));
        return w.ToString();
    }

    /// The register tiles that the runtime does not have, a file per family. They depend on no network: all networks of an assembly share them.
    public IEnumerable<GeneratedFile> Tiles() => Own.Select(EmitTiles.Own);

    private IEnumerable<TileFamily> Own => modes.SelectMany(static m => m.Schedule.Tiles.Values)
        .Where(static f => !ContractionTiles.InRuntime.ContainsKey(f.Name)).GroupBy(static f => f.Name).Select(static g => g.First());

    // By what is rendered under no name: name and text.
    private Dictionary<string, (string Name, string Text)> Texts => _texts ??= Named();

    private Dictionary<string, (string Name, string Text)>? _texts;

    private Dictionary<string, (string Name, string Text)> Named()
    {
        var scope = new NameScope([.. Words, KernelClass, .. modes.SelectMany(static m => m.Schedule.Tiles.Keys)]);
        var named = new Dictionary<string, (string, string)>();
        foreach (var kernel in modes.SelectMany(static m => m.Schedule.Kernels))
        {
            string nameless = Render(kernel);
            if (named.ContainsKey(nameless)) continue;
            string name = scope.Take(kernel.Name);
            named[nameless] = (name, name == kernel.Name ? nameless : Render(kernel with { Name = name }));
        }
        return named;
    }

    private static string Render(Kernel kernel)
    {
        var w = new SourceWriter();
        new SimdRenderer(Machine.Kernels, w).Kernel(kernel, KernelFields.Of(kernel));
        return w.ToString();
    }

    // Schedules of several modes have fields of one name for the same value.
    private void FrameStruct(SourceWriter w)
    {
        w.Line($"// What the kernels of {network.Name} see: sizes of maps and places of buffers. Starts with the fields of CpuFrame.");
        using (w.Block($"internal unsafe struct {Frame}"))
        {
            w.Line("public int N, H, W, Accumulate, Seed;\npublic float LossScale;\npublic int ImageHalo, LossCount;");
            w.Line("public float* Parameters, Gradients, Image;\npublic byte* Labels;\npublic float* Scores;\npublic double* Losses;\npublic int TilePixels, TileBlocks;");
            foreach (var map in modes.SelectMany(Sizes).GroupBy(static m => m.Name).Select(static g => g.First()))
                w.Line($"public int {map.Height.Name}, {map.Width.Name};");
            foreach (string buffer in modes.SelectMany(static m => m.Schedule.Buffers).Select(static b => b.Field).Distinct().Except(GeneratedName.CpuFields))
                w.Line($"public float* {buffer};");
        }
    }

    private static IEnumerable<MapBuffer> Sizes(Mode mode) => mode.Schedule.Maps.Where(static m => m.Size != Extent.Input);

    private void Schedule(SourceWriter w, Mode mode)
    {
        w.Line($"// {mode.Summary}");
        using (w.Block($"internal sealed unsafe class {mode.Name} : CpuSchedule"))
        {
            w.Line($"public override int FrameBytes => sizeof({Frame});\n");
            using (w.Block("public override void Measure(void* frame)"))
            {
                w.Line($"{Frame}* f = ({Frame}*)frame;");
                w.Line("f->TilePixels = 1;\nf->TileBlocks = 1; // launches come to the most");
                w.Line($"Extents.Require(\"{network.Name}\", f->H, f->W, smallest: {Literal.Of(mode.SmallestInput)});");
                foreach (var map in Sizes(mode))
                {
                    w.Line($"f->{map.Height.Name} = {map.Size.Code("f->H")};");
                    w.Line($"f->{map.Width.Name} = {map.Size.Code("f->W")};");
                }
                foreach (string count in mode.Schedule.Counts.Select(SimdRenderer.Host).Distinct())
                    w.Line($"Extents.Count({count});");
                w.Line($"f->ImageHalo = {Literal.Of(mode.Schedule.Maps.First(static m => m.Name == "Image").Halo)};");
                w.Line($"f->LossCount = {SimdRenderer.Host(mode.Schedule.LossCount)};");
            }
            w.Line();
            using (w.Block("public override void Plan(void* frame, ArenaPlan arena)"))
            {
                w.Line($"{Frame}* f = ({Frame}*)frame;");
                foreach (var b in mode.Schedule.Buffers)
                    w.Line($"arena.Add((void**)&f->{b.Field}, \"{b.Name}\", {SimdRenderer.Host(b.Bytes)}, first: {Literal.Of(b.First)}, last: {Literal.Of(b.Last)});");
            }
            w.Line();
            using (w.Block("public override void Run(void* frame, CpuPool pool, SimdLevel level)"))
            {
                w.Line($"{Frame}* f = ({Frame}*)frame;");
                foreach (var (machine, block) in EmitTiles.Blocks)
                {
                    string levels = machine == Machine.Portable ? "else" : $"{(machine == Machine.Avx512 ? "" : "else ")}if (level == SimdLevel.{machine.Name})";
                    w.Line($"{levels} Run<{block}>(f, pool, {Literal.Of(machine.Pixels)}, {Literal.Of(machine.BlocksPerTile)});");
                }
            }
            w.Line();
            using (w.Block($"private static void Run<V>({Frame}* f, CpuPool pool, int tilePixels, int tileBlocks) where V : struct, IBlock<V>"))
            {
                w.Line("f->TilePixels = tilePixels;\nf->TileBlocks = tileBlocks;");
                w.Line($"long* a = stackalloc long[{Literal.Of(mode.Schedule.Launches.Select(static l => l.Arguments.Count).DefaultIfEmpty(0).Max())}];");
                foreach (var launch in mode.Schedule.Launches) w.Line(Launch(launch));
            }
        }
    }

    private string Launch(Launch launch) => launch.Kind switch
    {
        LaunchKind.Kernel => string.Concat(launch.Arguments.Select(static (a, i) => Argument(i, a.Value)))
            + $"pool.Run(\"{launch.Name}\", &{KernelClass}.{Texts[Render(launch.Kernel!)].Name}<V>, a, {SimdRenderer.Host(launch.Items)});",
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
