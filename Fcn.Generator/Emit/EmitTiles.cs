using Fcn.Generator.Targets.Simd;

namespace Fcn.Generator.Emit;

// Families of register tiles → C#. Those of usual networks are compiled into Fcn.Runtime, which this generator runs in as well; others go into the
// assembly whose network needs them, by the same code.
internal static class EmitTiles
{
    public const string RuntimeNamespace = "Fcn.Devices.Cpu", OwnNamespace = "Fcn.Generated";

    /// Marks the classes of the runtime that the tiles of one machine are written into.
    public const string RuntimeMark = $"{RuntimeNamespace}.RegisterTilesAttribute";

    public const string Vectors = "global::System.Runtime.Intrinsics";

    /// What kernels and tiles use.
    public static readonly string[] Types =
    [
        "System.Math", "System.MathF", "System.Runtime.CompilerServices.MethodImplAttribute", "System.Runtime.CompilerServices.MethodImplOptions",
        "System.Runtime.Intrinsics.Vector128", "System.Runtime.Intrinsics.Vector256", "System.Runtime.Intrinsics.Vector512", "Fcn.Devices.Cpu.Lanes",
    ];

    /// The tiles of a marked class, named for its machine: Avx512Tiles. Of another name there are none.
    public static IEnumerable<GeneratedFile> Runtime(string marked) =>
        Machine.Cpus.Where(m => marked == $"{m.Name}Tiles").SelectMany(static machine => ContractionTiles.InRuntime(machine).Values.Select(family =>
        {
            var faults = KernelSpec.Faults(family.Kernels, KernelFamily.Cpu);
            if (faults.Count > 0) throw new InvalidOperationException($"{family.Name} for {machine.Name}: {string.Join("; ", faults.Take(3))}");
            return File(machine, family, RuntimeNamespace, "public");
        }));

    public static GeneratedFile Own(Machine machine, TileFamily family) => File(machine, family, OwnNamespace, "internal");

    // Only the entry is called from other classes.
    private static GeneratedFile File(Machine machine, TileFamily family, string space, string visibility)
    {
        var w = SourceWriter.File(space, Types, [Vectors]);
        using (w.Block($"{visibility} static unsafe partial class {machine.Name}Tiles"))
        {
            var tiles = new SourceWriter();
            foreach (var kernel in family.Kernels) new SimdRenderer(machine, tiles).Function(kernel, kernel == family.Entry ? visibility : "private");
            w.Line(tiles.ToString().TrimEnd('\n'));
        }
        return new($"{space}.{machine.Name}Tiles.{family.Name}.g.cs", w.ToString());
    }
}
