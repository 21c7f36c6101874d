using Fcn.Generator.Kernels;
using Fcn.Generator.Schedule;
using Fcn.Generator.Targets.Simd;
using Fcn.Generator.Text;

namespace Fcn.Generator.Emit;

// Families of register tiles → C#: the tiles of every machine, and the function that kernels call, which the JIT compiles into a call of
// its machine's. Those of usual networks are compiled into Fcn.Runtime, where this generator runs too; others go into the assembly whose
// network needs them, by the same code.
internal static class EmitTiles
{
    public const string RuntimeNamespace = "Fcn.Devices.Cpu", OwnNamespace = "Fcn.Generated";

    /// Marks the class of the runtime that tiles are written into.
    public const string RuntimeMark = $"{RuntimeNamespace}.TilesFromGeneratorAttribute";

    /// What kernels and tiles use.
    public static readonly string[] Types =
    [
        "System.BitConverter", "System.Math", "System.MathF", "System.Runtime.CompilerServices.MethodImplAttribute", "System.Runtime.CompilerServices.MethodImplOptions",
        "System.Runtime.Intrinsics.Vector128", "System.Runtime.Intrinsics.Vector256", "System.Runtime.Intrinsics.Vector512", "Fcn.Devices.Cpu.Lanes",
    ];

    /// A machine, and the type of a block of channels in its vectors.
    public static readonly (Machine Machine, string Block)[] Blocks = [(Machine.Avx512, "Block512"), (Machine.Avx2, "Block256"), (Machine.Portable, "Block128")];

    private const string Vectors = "global::System.Runtime.Intrinsics";

    /// The families of Fcn.Runtime.
    public static IEnumerable<GeneratedFile> Runtime() =>
        ContractionTiles.InRuntime.Values.Select(static f => File(f, RuntimeNamespace, "public"));

    public static GeneratedFile Own(TileFamily family) => File(family, OwnNamespace, "internal");

    private static GeneratedFile File(TileFamily family, string space, string visibility)
    {
        var w = SourceWriter.File(space, Types, [Vectors, $"global::{RuntimeNamespace}"]);
        using (w.Block($"{visibility} static unsafe partial class RegisterTiles"))
        {
            Entry(w, family, visibility);
            foreach (var machine in Machine.Cpus)
            {
                var faults = KernelSpec.Faults(family.On(machine), KernelFamily.Cpu);
                if (faults.Count > 0) throw new InvalidOperationException($"{family.Name} for {machine.Name}: {string.Join("; ", faults.Take(3))}");
                w.Line();
                using (w.Block($"private static partial class {machine.Name}"))
                {
                    var tiles = new SourceWriter();
                    foreach (var function in family.On(machine)) new SimdRenderer(machine, tiles).Function(function);
                    w.Line(tiles.ToString().TrimEnd('\n'));
                }
            }
        }
        return new($"{space}.RegisterTiles.{family.Name}.g.cs", w.ToString());
    }

    private static void Entry(SourceWriter w, TileFamily family, string visibility)
    {
        var parameters = family.Signature.Parameters;
        string call = $"{family.Name}({string.Join(", ", parameters.Select(static p => p.Name))})";
        w.Line($"/// <summary>{family.Signature.Summary}</summary>\n[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        string list = string.Join(", ", parameters.Select(static p => SimdRenderer.Parameter(p)));
        using (w.Unchecked($"{visibility} static void {family.Name}<V>({list}) where V : struct, IBlock<V>"))
        {
            foreach (var (machine, block) in Blocks.Take(Blocks.Length - 1)) w.Line($"if (typeof(V) == typeof({block})) {{ {machine.Name}.{call}; return; }}");
            w.Line($"{Blocks[Blocks.Length - 1].Machine.Name}.{call};");
        }
    }
}
