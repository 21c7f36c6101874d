using Fcn.Generator.Graph;
using Fcn.Generator.Kernels;
using Fcn.Generator.Schedule;
using Fcn.Generator.Text;

namespace Fcn.Generator.Emit;

// Modes as the rows that the runtime walks (ScheduleTable there tells the form): kernels with their parameters, then for each mode its sizes, buffers
// and launches. What leads a reader from a layer to its kernel and the arguments is what runs. Of a parameter that a kernel divides by, a launch gives the
// value once: the runtime makes the two numbers of the division (parameters x_magic and x_shift, Simplify/DivideByFields). Equal numbers have one name in
// all modes, and launches that a mode shares with an earlier one are one row. Variants of a network (precisions) have one table: CommonRows.
internal sealed class ScheduleTable
{
    private readonly Dictionary<Extent, (string Height, string Width)> _sizes = [];
    private readonly Dictionary<string, string> _counts = []; // name by text
    private readonly Dictionary<string, string> _names = [];  // of those that are not the first of their kind
    private readonly List<(string Mode, List<string> Launches)> _written = [];
    private readonly List<List<string>> _sections = [[]];     // what modes share, then mode by mode

    private ScheduleTable()
    {
    }

    /// <param name="w">Stands inside a class.</param>
    /// <param name="name">Of the member.</param>
    /// <param name="modes">In the order of the table.</param>
    /// <param name="kernelOf">Name of the kernel of a launch.</param>
    /// <param name="levels">Of CPUs.</param>
    public static void Write(SourceWriter w, string name, IReadOnlyList<ModeSchedule> modes, Func<Launch, string> kernelOf, IEnumerable<Machine> levels) =>
        Text(w, name, string.Join("\n\n", Of(modes, kernelOf, levels)._sections.Select(static s => string.Join("\n", s))));

    /// <param name="w">Stands inside a class.</param>
    /// <param name="name">Of the member.</param>
    /// <param name="variants">Name, modes in the order of the table, and the name of the kernel of a launch.</param>
    public static void Write(
        SourceWriter w, string name, IReadOnlyList<(string Name, IReadOnlyList<ModeSchedule> Modes, Func<Launch, string> KernelOf)> variants)
    {
        var common = new CommonNames([.. variants.Select(static v => (v.Name, v.Modes.SelectMany(static m => m.Launches).Select(v.KernelOf)))]);
        var tables = variants.Select(v => Of(v.Modes, l => common.Of(v.Name, v.KernelOf(l)), [])._sections).ToList();
        var sections = Enumerable.Range(0, tables[0].Count).Select(i => CommonRows.Of([.. tables.Select(t => t[i])], [.. variants.Select(static v => v.Name[0])]));
        Text(w, name, $"variants {string.Join(" ", variants.Select(static v => v.Name))}\n{string.Join("\n\n", sections)}");
    }

    private static void Text(SourceWriter w, string name, string text)
    {
        w.Line($"internal static ReadOnlySpan<byte> {name} =>");
        w.Raw($"\"\"\"\n{text}\n\"\"\"u8;\n");
    }

    private static ScheduleTable Of(IReadOnlyList<ModeSchedule> modes, Func<Launch, string> kernelOf, IEnumerable<Machine> levels)
    {
        var table = new ScheduleTable();
        foreach (var level in levels) table.Row("level", level.Name, Literal.Of(level.Pixels), Literal.Of(level.BlocksPerTile));
        foreach (var kernel in modes.SelectMany(static m => m.Launches).GroupBy(kernelOf))
            table.Row(["kernel", kernel.Key, .. kernel.First().Parameters.Select(static p => p.Name)]);
        foreach (var mode in modes) table.Mode(mode, kernelOf);
        return table;
    }

    private void Row(params string[] words) => _sections[^1].Add(string.Join(" ", words));

    private void Mode(ModeSchedule mode, Func<Launch, string> kernelOf)
    {
        _sections.Add([]);
        Row("mode", mode.Name, Literal.Of(mode.Smallest), $"# {Modes.Summary(mode.Name)}");
        var here = new HashSet<string>();
        foreach (var size in mode.Sizes) Size(size, here);
        foreach (var count in mode.Counts) Count(count, here);
        foreach (var b in mode.Buffers) Row("buffer", b.Name, Literal.Of(b.First), Literal.Of(b.Last), Host(b.Bytes));
        var launches = mode.Launches.Select(l => string.Join(" ", ["launch", l.Label, kernelOf(l), Host(l.Blocks), .. l.Roles.Values.Select(Host)])).ToList();
        for (int i = 0; i < launches.Count;)
        {
            var (from, at, count) = Repeated(launches, i);
            if (count > 1) Row("same", from, Literal.Of(at), Literal.Of(count));
            else _sections[^1].Add(launches[i]);
            i += Math.Max(1, count);
        }
        _written.Add((mode.Name, launches));
    }

    private void Size(MapSizes size, HashSet<string> here)
    {
        if (!_sizes.TryGetValue(size.Size, out var known))
            _sizes[size.Size] = known = size.Size == Extent.Input ? ("H", "W") : (size.Height, size.Width);
        if (size.Height != known.Height) (_names[size.Height], _names[size.Width]) = known;
        if (known.Height == "H" || !here.Add(known.Height)) return;
        Row("size", known.Height, HostText.Of(size.Size, "H"));
        Row("size", known.Width, HostText.Of(size.Size, "W"));
    }

    private void Count(Count count, HashSet<string> here)
    {
        string text = Host(count.Value);
        if (!_counts.TryGetValue(text, out string? known)) _counts[text] = known = count.Name;
        if (count.Name != known) _names[count.Name] = known;
        if (here.Add(known)) Row("count", known, text);
    }

    // The longest run of launches that an earlier mode has as well.
    private (string Mode, int At, int Count) Repeated(IReadOnlyList<string> launches, int first)
    {
        var best = (Mode: "", At: 0, Count: 0);
        foreach (var (mode, written) in _written)
            for (int at = 0; at < written.Count; at++)
            {
                int count = 0;
                while (at + count < written.Count && first + count < launches.Count && written[at + count] == launches[first + count]) count++;
                if (count > best.Count) best = (mode, at, count);
            }
        return best;
    }

    private string Host(Value value) => HostText.Of(Renamed(value));

    private Value Renamed(Value value)
    {
        if (value.Op == KernelOp.Field) return _names.TryGetValue(value.Name, out string? name) ? Value.Field(name, value.Type) : value;
        var sources = value.Sources.Select(Renamed).ToList();
        return sources.SequenceEqual(value.Sources) ? value : new(value.Op, value.Type, sources, value.Name, value.Number);
    }
}
