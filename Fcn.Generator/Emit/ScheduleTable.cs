namespace Fcn.Generator.Emit;

// Modes as the rows that the runtime walks (ScheduleTable there tells the form): kernels with their parameters, then for each mode its sizes, buffers
// and launches. What leads a reader from a layer to its kernel and the arguments is what runs. Of a parameter that a kernel divides by, a launch gives the
// value once: the runtime makes the two numbers of the division (parameters x_magic and x_shift, Simplify/DivideByFields).
internal static class ScheduleTable
{
    /// <param name="w">Stands inside a class.</param>
    /// <param name="name">Of the member.</param>
    /// <param name="modes">In the order of the table.</param>
    /// <param name="kernelOf">Name of the kernel of a launch.</param>
    /// <param name="levels">Of CPUs.</param>
    public static void Write(
        SourceWriter w, string name, IReadOnlyList<ModeSchedule> modes, Func<Launch, string> kernelOf, IEnumerable<Machine>? levels = null)
    {
        using (w.Open($"internal static ReadOnlySpan<byte> {name} =>\n\"\"\"", "\"\"\"u8;"))
        {
            foreach (var level in levels ?? []) w.Line($"level {level.Name} {Literal.Of(level.BlocksPerTile)}");
            foreach (var kernel in modes.SelectMany(static m => m.Launches).GroupBy(kernelOf))
                w.Line(string.Join(" ", ["kernel", kernel.Key, .. kernel.First().Parameters.Select(static p => p.Name)]));
            foreach (var mode in modes) Mode(w, mode, kernelOf);
        }
    }

    private static void Mode(SourceWriter w, ModeSchedule mode, Func<Launch, string> kernelOf)
    {
        w.Line($"\nmode {mode.Name} {Literal.Of(mode.Smallest)} # {Modes.Summary(mode.Name)}");
        var same = Same(mode.Sizes);
        foreach (var size in mode.Sizes.Where(s => !same.ContainsKey(s.Height)))
        {
            w.Line($"size {size.Height} {HostText.Of(size.Size, "H")}");
            w.Line($"size {size.Width} {HostText.Of(size.Size, "W")}");
        }
        string Host(Value value) => HostText.Of(Renamed(value, same));
        foreach (var count in mode.Counts) w.Line($"count {count.Name} {Host(count.Value)}");
        foreach (var b in mode.Buffers) w.Line($"buffer {b.Name} {Literal.Of(b.First)} {Literal.Of(b.Last)} {Host(b.Bytes)}");
        foreach (var launch in mode.Launches)
            w.Line(string.Join(" ", ["launch", launch.Label, kernelOf(launch), Host(launch.Blocks), .. launch.Roles.Values.Select(Host)]));
    }

    // Maps of one size share the numbers of the first.
    private static Dictionary<string, string> Same(IReadOnlyList<MapSizes> sizes)
    {
        var same = new Dictionary<string, string>();
        foreach (var group in sizes.GroupBy(static s => s.Size))
            foreach (var (height, width) in group.Select(static s => (s.Height, s.Width)))
            {
                string h = group.Key == Extent.Input ? "H" : group.First().Height, w = group.Key == Extent.Input ? "W" : group.First().Width;
                if (height != h) (same[height], same[width]) = (h, w);
            }
        return same;
    }

    private static Value Renamed(Value value, IReadOnlyDictionary<string, string> same)
    {
        if (value.Op == KernelOp.Field) return same.TryGetValue(value.Name, out string? name) ? Value.Field(name, value.Type) : value;
        var sources = value.Sources.Select(s => Renamed(s, same)).ToList();
        return sources.SequenceEqual(value.Sources) ? value : new(value.Op, value.Type, sources, value.Name, value.Number);
    }
}
