using System.Globalization;

namespace Fcn.Bench;

// VERB, words, and options of the form --name value; --serve and --labels stand alone.
sealed class Options
{
    static readonly string[] Alone = ["serve", "labels"];

    readonly List<string> words = [];
    readonly Dictionary<string, string> named = new(StringComparer.Ordinal);

    public Options(string[] args)
    {
        for (int i = 0; i < args.Length; i++)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal)) words.Add(args[i]);
            else if (Alone.Contains(args[i][2..])) named[args[i][2..]] = "";
            else if (i + 1 < args.Length) named[args[i][2..]] = args[++i];
            else throw new FcnException($"{args[i]} needs a value.");
        }
    }

    public string Verb => Word(0, "a verb");

    /// What follows the verb.
    public IEnumerable<string> Words => words.Skip(1);

    public string Word(int index, string what) =>
        index < words.Count ? words[index] : throw new FcnException($"{what} is missing: it is word {index + 1}.");

    public bool Has(string name) => named.ContainsKey(name);

    public int Whole(string name, int otherwise) => !named.TryGetValue(name, out string? text) ? otherwise : Whole(text, $"--{name}");

    public double Real(string name, double otherwise) =>
        !named.TryGetValue(name, out string? text) ? otherwise
        : double.TryParse(text, CultureInfo.InvariantCulture, out double value) ? value
        : throw new FcnException($"--{name} takes a number; got '{text}'.");

    public static int Whole(string text, string what) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value)
            ? value
            : throw new FcnException($"{what} takes a whole number; got '{text}'.");
}
