using Fcn.Generator.Declaration;
using Fcn.Generator.Schedule.Gpu;
using Fcn.Generator.Targets;
using Fcn.Generator.Targets.Ptx;

namespace Fcn.Generator.Emit;

// GPU schedules → C#: the frame that all of a network's variants share, a CudaSchedule class per variant and mode, the program that names them; and
// the kernels' PTX as UTF-8 data. Addresses of the frame that the engine does not know are byte*: their elements differ between variants.
internal sealed class EmitCuda(NetworkDeclaration network, IReadOnlyList<Mode> modes, IReadOnlyList<GpuVariant> variants, PtxKernels kernels)
{
    private const string Frame = GeneratedName.GpuFrame, Texts = PtxKernels.Class;

    public GeneratedFile Schedules()
    {
        var w = SourceWriter.File(
            network.GeneratedNamespace,
            [
                "System.BitConverter", "System.Math", "Fcn.Extents", "Fcn.Devices.ArenaPlan", "Fcn.Devices.Cuda.CudaPrecision",
                "Fcn.Devices.Cuda.CudaProgram", "Fcn.Devices.Cuda.CudaSchedule", "Fcn.Devices.Cuda.CudaStream", "Fcn.Devices.Cuda.CudaVariant",
            ],
            ["global::System.Collections.Generic"]);
        w.Line("#pragma warning disable CS0649 // the engine writes the first fields of the frame\n");
        FrameStruct(w);
        foreach (var variant in variants)
            foreach (var (name, schedule) in variant.Named)
            {
                w.Line();
                Schedule(w, variant, name, schedule);
            }
        w.Line();
        Program(w);
        return new($"{network.FullName}.Cuda.g.cs", w.ToString());
    }

    /// Headers of modules, and the network's small kernels.
    public GeneratedFile Ptx()
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
    public IEnumerable<GeneratedFile> Tiles() => kernels.All.Where(IsTile).Select(static kernel =>
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

    private void FrameStruct(SourceWriter w)
    {
        var schedules = variants.SelectMany(static v => v.All).ToList();
        w.Line($"// What the host knows of {network.Name} on a GPU: sizes of maps and places of buffers. Starts with the fields of CudaFrame.");
        using (w.Block($"internal unsafe struct {Frame}"))
        {
            w.Line("public int N, H, W, Processors, ParameterBlocks;\npublic float* Parameters, Gradients, Momentum, Multipliers;");
            w.Line("public int* Step;\npublic float* Image;\npublic byte* Labels;\npublic float* Scores;\npublic double* Loss;");
            foreach (var map in schedules.SelectMany(static s => s.Maps).GroupBy(static m => m.Name).Select(static g => g.First()))
                w.Line($"public int {map.Height.Name}, {map.Width.Name};");
            foreach (string size in schedules.SelectMany(static s => s.Sizes).Select(static s => s.Field).Distinct()) w.Line($"public int {size};");
            foreach (string buffer in schedules.SelectMany(static s => s.Buffers).Select(static b => b.Field).Distinct()) w.Line($"public byte* {buffer};");
        }
    }

    private static string Class(GpuVariant variant, string mode) => $"{Capital(variant.Machine.Name)}{mode}";

    private void Schedule(SourceWriter w, GpuVariant variant, string name, GpuSchedule schedule)
    {
        var mode = modes.FirstOrDefault(m => m.Name == name);
        var indices = Indices(variant);
        w.Line($"// {mode?.Summary ?? Summary(name)}");
        using (w.Block($"internal sealed unsafe class {Class(variant, name)} : CudaSchedule"))
        {
            w.Line($"public override int FrameBytes => sizeof({Frame});\n");
            var launched = schedule.Launches.Select(l => indices[kernels.Of(variant.Machine, l.Kernel).Name]).Distinct().OrderBy(static i => i);
            w.Line($"public override IReadOnlyList<int> Kernels {{ get; }} = [{string.Join(", ", launched.Select(Literal.Of))}];\n");
            using (w.Block("public override void Measure(void* frame)")) Measure(w, mode, schedule);
            w.Line();
            using (w.Block("public override void Plan(void* frame, ArenaPlan arena)"))
            {
                w.Line($"{Frame}* f = ({Frame}*)frame;");
                foreach (var b in schedule.Buffers)
                    w.Line($"arena.Add((void**)&f->{b.Field}, \"{b.Name}\", {HostExpression.Of(b.Bytes)}, first: {Literal.Of(b.First)}, last: {Literal.Of(b.Last)});");
            }
            w.Line();
            using (w.Unchecked("public override void Run(void* frame, CudaStream stream)"))
            {
                w.Line($"{Frame}* f = ({Frame}*)frame;");
                foreach (var launch in schedule.Launches) w.Line(Launch(variant.Machine, launch, indices));
            }
        }
    }

    private void Measure(SourceWriter w, Mode? mode, GpuSchedule schedule)
    {
        w.Line($"{Frame}* f = ({Frame}*)frame;");
        if (mode is not null) w.Line($"Extents.Require(\"{network.Name}\", f->H, f->W, smallest: {Literal.Of(mode.SmallestInput)});");
        foreach (var map in schedule.Maps)
        {
            w.Line($"f->{map.Height.Name} = {map.Size.Code("f->H")};");
            w.Line($"f->{map.Width.Name} = {map.Size.Code("f->W")};");
        }
        foreach (var size in schedule.Sizes)
            w.Line($"f->{size.Field} = Extents.Count({HostExpression.Of(size.Value)});");
    }

    private string Launch(GpuMachine machine, GpuLaunch launch, IReadOnlyDictionary<string, int> indices)
    {
        var kernel = kernels.Of(machine, launch.Kernel);
        string arguments = string.Join(", ", kernel.Fields.Select(field => Argument(launch.Arguments[field.Name])));
        return $"stream.Launch({Literal.Of(indices[kernel.Name])}, {HostExpression.Of(launch.Blocks)}, [{arguments}]); // {launch.Name}";
    }

    // As the low bytes of 64 bits.
    private static string Argument(Value value) =>
        value.Type.Pointer ? Address(value)
        : value.Type.Element switch
        {
            Element.Int when value is { Op: KernelOp.Constant, Number: < 0 } => Literal.Hexadecimal(unchecked((uint)(int)value.Number)),
            Element.Int => $"(uint)({HostExpression.Of(value)})",
            Element.Index => $"(ulong)({HostExpression.Of(value)})",
            Element.Float => $"BitConverter.SingleToUInt32Bits({HostExpression.Of(value)})",
            Element.Bool or Element.Byte or Element.Double or Element.BFloat16 or Element.TensorFloat or Element.Word
                => throw new InvalidOperationException($"{value.Type} is no argument of a GPU kernel."),
        };

    private static string Address(Value pointer) => pointer switch
    {
        { Op: KernelOp.Field } => $"(ulong)f->{pointer.Name}",
        { Op: KernelOp.Bits } => Address(pointer.Sources[0]),
        { Op: KernelOp.Add } when pointer.Sources[1].Op == KernelOp.Constant
            => $"{Address(pointer.Sources[0])} + {Literal.Of((long)pointer.Sources[1].Number * GpuMap.BytesOf(pointer.Type.Element))}",
        { Op: KernelOp.Add } => $"{Address(pointer.Sources[0])} + (ulong)({HostExpression.Of(pointer.Sources[1])}) * {Literal.Of(GpuMap.BytesOf(pointer.Type.Element))}",
        _ => throw new InvalidOperationException($"The host cannot compute the address {KernelPrinter.Text(pointer)}."),
    };

    private void Program(SourceWriter w)
    {
        w.Line($"// All that {network.Name} needs to run on a GPU.");
        using (w.Block("internal static class Cuda"))
        {
            using (w.Open("public static CudaProgram Program { get; } = new(", ");"))
            {
                w.Line($"[{string.Join(", ", PtxTarget.All.Select(t => $"new({Literal.Of(t.Capability)}, static () => {Texts}.{PtxKernels.Header(t)})"))}],");
                using (w.Open("[", "],"))
                    foreach (var (name, weight) in variants[0].Parameters.Weights.Select(static p => (p.Key, p.Value)))
                        w.Line($"new({Literal.Of(variants[0].Parameters.Offsets[name])}, {Literal.Of(weight.Out)}, {Literal.Of(weight.In)}, {Literal.Of(weight.Kernel)}), // {name}");
                w.Line($"[{string.Join(", ", variants.Select(static v => Capital(v.Machine.Name)))}]");
            }
            var named = kernels.All.ToDictionary(static k => k.Name);
            foreach (var variant in variants)
            {
                w.Line();
                using (w.Open($"private static CudaVariant {Capital(variant.Machine.Name)} => new(", ");"))
                {
                    w.Line($"CudaPrecision.{variant.Machine.Precision}, {Literal.Of(variant.Machine.Capability)},");
                    using (w.Open("[", "],"))
                        foreach (string name in Indices(variant).OrderBy(static i => i.Value).Select(static i => i.Key))
                        {
                            var kernel = named[name];
                            w.Line($"new(\"{name}\", {Literal.Of(kernel.Threads)}, {Literal.Of(kernel.SharedBytes)}, static () => {Place(kernel)}),");
                        }
                    w.Line($"{string.Join(", ", variant.Named.Select(s => $"new {Class(variant, s.Name)}()"))}");
                }
            }
        }
    }

    private readonly Dictionary<GpuVariant, IReadOnlyDictionary<string, int>> _indices = [];

    // A variant's kernels by number, in the order of their first launches.
    private IReadOnlyDictionary<string, int> Indices(GpuVariant variant)
    {
        if (_indices.TryGetValue(variant, out var known)) return known;
        var indices = new Dictionary<string, int>();
        foreach (var launch in variant.All.SelectMany(static s => s.Launches))
            if (kernels.Of(variant.Machine, launch.Kernel).Name is var name && !indices.ContainsKey(name)) indices.Add(name, indices.Count);
        return _indices[variant] = indices;
    }

    private static string Capital(string name) => char.ToUpperInvariant(name[0]) + name.Substring(1);

    private static string Summary(string schedule) => schedule switch
    {
        "Pack" => "Parameters into the order that convolutions read.",
        "PackBackward" => "Parameters into the order that the gradients of convolutions' inputs read.",
        _ => "The solver's update of all parameters.",
    };
}
