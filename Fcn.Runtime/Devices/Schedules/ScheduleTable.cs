using System.Globalization;
using System.Text;

namespace Fcn.Devices.Schedules;

/// <summary>The schedules of a network as generated code holds them: UTF-8 text, see docs/architecture.md.</summary>
public delegate ReadOnlySpan<byte> ScheduleText();

// The text, parsed. One row per line, words between spaces; '#' begins a comment.
//   kernel NAME PARAMETER…
//   level NAME TILEPIXELS TILEBLOCKS                  of a CPU: pixels of a row and blocks of channels that its register tiles span
//   mode NAME SMALLEST
//   size NAME EXPRESSION                              a height or width of a map
//   count NAME EXPRESSION                             a number that grows with the batch
//   buffer NAME FIRST LAST BYTES                      launches are counted from 0
//   launch LABEL KERNEL ITEMS ARGUMENT…               one per parameter, divisors once
//   same MODE FIRST COUNT                             launches of an earlier mode
//   variants NAME…                                    whose rows these are; before all others
// A row of some variants has their first letters behind its first word (launch:ft). A word with bars has one part for each variant of the row, in order;
// an empty part is the one before it (1024||512). A star in a kernel's name stands for the variant's.
// Where a kernel divides by d, its parameters d, d_magic and d_shift have one argument: what divides (Divisor).
internal sealed class ScheduleTable
{
    private readonly string _network;
    private readonly Dictionary<string, Schedule> _modes = [];
    private readonly List<Kernel> _kernels = [];
    private readonly Dictionary<string, int> _byName = [];
    private readonly Dictionary<string, (int Pixels, int Blocks)> _levels = [];
    private readonly Dictionary<string, List<string[]>> _launches = []; // the words of a mode's launches

    /// <param name="network">For messages.</param>
    /// <param name="text">Of all variants.</param>
    /// <param name="variant">Whose rows are read; where the text names no variants all are.</param>
    /// <exception cref="InvalidOperationException">The text is not one of this version's generator.</exception>
    public ScheduleTable(string network, ReadOnlySpan<byte> text, string variant = "")
    {
        _network = network;
        Schedule? mode = null;
        int number = 0;
        string variants = "";
        foreach (string line in Encoding.UTF8.GetString(text).Split('\n'))
        {
            number++;
            string[] words = line.Split('#')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0) continue;
            try
            {
                if (Read(words, variant, ref variants)) continue;
                if (words[0] == "kernel") Add(words[1], new Kernel(words[1].Replace("*", variant, StringComparison.Ordinal), words[2..]));
                else if (words[0] == "level") _levels.Add(words[1], (Whole(words[2]), Whole(words[3])));
                else if (words[0] == "mode")
                {
                    _modes.Add(words[1], mode = new Schedule(words[1], Whole(words[2])));
                    _launches.Add(words[1], []);
                }
                else Row(mode ?? throw new FormatException("It belongs to no mode."), words);
            }
            catch (Exception fault) when (fault
                is FormatException or OverflowException or IndexOutOfRangeException or ArgumentException or KeyNotFoundException)
            {
                throw OfAnotherVersion($"Line {number} of the schedules of {network} cannot be read: '{line.Trim()}'. {fault.Message}", fault);
            }
        }
        foreach (var schedule in _modes.Values) schedule.Complete();
    }

    public IReadOnlyList<Kernel> Kernels => _kernels;

    /// The register tile of a level of CPUs.
    /// <exception cref="InvalidOperationException">The table has no row for it.</exception>
    public (int Pixels, int Blocks) Tile(string level) => _levels.TryGetValue(level, out var tile)
        ? tile : throw OfAnotherVersion($"The schedules of {_network} have no row 'level {level}'.");

    public IEnumerable<string> Modes => _modes.Keys;

    /// Null where the mode was not compiled.
    public Schedule? Find(string mode) => _modes.GetValueOrDefault(mode);

    // Leaves what a row says for this variant; true where that is nothing. Variants: first letters.
    private static bool Read(string[] words, string variant, ref string variants)
    {
        if (words[0] == "variants")
        {
            variants = string.Concat(words[1..].Select(static v => v[..1]));
            return words[1..].Contains(variant) ? true : throw new FormatException($"There is no variant '{variant}'.");
        }
        int mark = words[0].IndexOf(':');
        int own = variants.Length == 0 ? 0 : (mark < 0 ? variants : words[0][(mark + 1)..]).IndexOf(variant[0]);
        if (own < 0) return true;
        if (mark >= 0) words[0] = words[0][..mark];
        for (int i = 0; i < words.Length; i++)
            if (words[i].Contains('|')) words[i] = words[i].Split('|')[..(own + 1)].Last(static part => part.Length > 0);
        return false;
    }

    private void Add(string name, Kernel kernel)
    {
        _byName.Add(name, _kernels.Count);
        _kernels.Add(kernel);
    }

    private void Row(Schedule mode, string[] words)
    {
        HostExpression Expression(string text) => HostExpression.Parse(text, mode.Slot);
        switch (words[0])
        {
            case "size" or "count":
                mode.Sizes.Add(new Schedule.Size(mode.Slot(words[1]), Expression(words[2])));
                break;
            case "buffer":
                mode.Buffers.Add(new Schedule.Buffer(words[1], mode.Slot(words[1]), Expression(words[4]), Whole(words[2]), Whole(words[3])));
                break;
            case "same":
                foreach (string[] launch in _launches[words[1]].GetRange(Whole(words[2]), Whole(words[3]))) Row(mode, launch);
                break;
            case "launch":
                _launches[mode.Mode].Add(words);
                int kernel = _byName[words[2]];
                string[] roles = _kernels[kernel].Roles;
                if (words.Length != 4 + roles.Length) throw new FormatException($"{words[2]} takes {roles.Length} arguments.");
                HostExpression Argument(string parameter) => Expression(Kernel.Divided(parameter) switch
                {
                    (var role, "") => words[4 + Array.IndexOf(roles, role)],
                    var (role, function) => $"{function}({words[4 + Array.IndexOf(roles, role)]})",
                });
                mode.Launches.Add(new Schedule.Launch(words[1], kernel, Expression(words[3]), [.. _kernels[kernel].Parameters.Select(Argument)]));
                break;
            default:
                throw new FormatException($"'{words[0]}' is no row.");
        }
    }

    private static InvalidOperationException OfAnotherVersion(string fault, Exception? cause = null) => new(
        $"{fault} The network was compiled by another version of Fcn.Generator than the Fcn.Runtime that runs it: rebuild it.", cause);

    private static int Whole(string word) => int.Parse(word, CultureInfo.InvariantCulture);

    /// A kernel and the names of its parameters.
    public sealed record Kernel(string Name, IReadOnlyList<string> Parameters)
    {
        /// What a launch gives, in the order in which parameters first ask for it.
        public string[] Roles { get; } = [.. Parameters.Select(static p => Divided(p).Role).Distinct()];

        /// d_magic is magic(d), d_shift is shift(d).
        public static (string Role, string Function) Divided(string parameter) =>
            parameter.EndsWith("_magic", StringComparison.Ordinal) ? (parameter[..^"_magic".Length], "magic")
            : parameter.EndsWith("_shift", StringComparison.Ordinal) ? (parameter[..^"_shift".Length], "shift") : (parameter, "");
    }
}
