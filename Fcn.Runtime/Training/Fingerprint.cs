// What must be equal for a resumed run to continue bit for bit, as names and texts: saved with the checkpoint, compared line by line.
using System.Globalization;

namespace Fcn.Training;

static class Fingerprint
{
    // Length of the run and how often it is looked at are left out on purpose: a finished run may be continued for longer.
    public static IReadOnlyDictionary<string, string> Of(Network network, BatchSource batches, TrainerSettings settings)
    {
        (NetworkSummary description, SolverSettings solver) = (network.Description, settings.Solver);
        var all = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["network"] = description.Name,
            ["network.input"] = Words(description.Input),
            ["solver.rate"] = Text(solver.BaseRate),
            ["solver.policy"] = solver.Policy.Words,
            ["solver.momentum"] = Text(solver.Momentum),
            ["solver.weight_decay"] = Text(solver.WeightDecay),
            ["solver.accumulate"] = solver.Accumulate.ToString(CultureInfo.InvariantCulture),
            ["solver.loss"] = solver.Loss.ToString(),
            ["seed"] = settings.Seed.ToString(CultureInfo.InvariantCulture),
        };
        foreach (InputSummary input in description.Inputs.Skip(1)) all[$"network.input.{input.Name}"] = Words(input);
        if (description.Heads is { Count: > 1 } heads)
            foreach (HeadSummary head in heads) all[$"network.head.{head.Name}"] = $"{head.Classes} classes, loss weight {Text(head.LossWeight)}";
        foreach (ParameterSummary parameter in description.Parameters)
            all[$"multipliers.{parameter.Name}"] = $"rate {Text(parameter.Rate)}, decay {Text(parameter.Decay)}";
        foreach ((string name, string value) in batches.Settings) all[name] = value;
        return all;
    }

    // One line per difference.
    public static IEnumerable<string> Differences(IReadOnlyDictionary<string, string> saved, IReadOnlyDictionary<string, string> now)
    {
        foreach (string name in saved.Keys.Union(now.Keys).Order(StringComparer.Ordinal))
        {
            (string before, string after) = (saved.GetValueOrDefault(name, "absent"), now.GetValueOrDefault(name, "absent"));
            if (before != after) yield return $"{name}: {before} in the checkpoint, {after} now";
        }
    }

    // FNV-1a over all names, each with its end.
    public static ulong Hash(IEnumerable<string> names)
    {
        ulong hash = 14695981039346656037;
        foreach (string name in names)
            foreach (char c in name.Append('\n')) hash = (hash ^ c) * 1099511628211;
        return hash;
    }

    static string Words(InputSummary input) => string.Create(CultureInfo.InvariantCulture,
        $"{input.Channels} channels, {input.Order}, mean ({string.Join(", ", input.Mean.Select(Text))}), scale {input.Scale:R}");

    static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    static string Text(float value) => value.ToString("R", CultureInfo.InvariantCulture);
}
