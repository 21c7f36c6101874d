// A run at one moment as one safetensors file: weights under their names, momentum under momentum.<name>, the rest as text in the
// metadata. Random numbers need no state: each is a function of a seed (in the settings) and a position (iteration, or example of the run).
using System.Globalization;
using Fcn.Weights;

namespace Fcn.Training;

/// <summary>Where a run stands, beside its weights and momentum.</summary>
public sealed record CheckpointState
{
    /// <summary>Completed updates.</summary>
    public required long Iteration { get; init; }

    /// <summary>Examples taken from the batch source.</summary>
    public required long Position { get; init; }

    /// <summary>The last losses, oldest first, of which the reported one is the mean.</summary>
    public required IReadOnlyList<double> Losses { get; init; }

    /// <summary>Iteration of the last validation; 0 for none.</summary>
    public long Validated { get; init; }

    /// <summary>Highest mean IU so far; null before the first validation.</summary>
    public double? BestMeanIU { get; init; }

    /// <summary>Iteration at which it was reached.</summary>
    public long BestIteration { get; init; }

    /// <summary>Network, solver, data and seeds by name; a run continues only with equal ones.</summary>
    public required IReadOnlyDictionary<string, string> Settings { get; init; }
}

/// <summary>Saves and restores a run so that it continues bit for bit. <see cref="Network.Load"/> reads its weights alone.</summary>
public static class Checkpoint
{
    /// <summary>Before the name of a parameter: its momentum.</summary>
    public const string MomentumPrefix = WeightFile.MomentumPrefix;

    const long Most = 1L << 48;
    const string FormatKey = "format", Format = "fcn-checkpoint-1", SettingPrefix = "setting.";

    /// <summary>
    /// Writes weights, momentum and state beside the file, flushes them to the disk and renames. Whenever the process dies, the path holds
    /// this checkpoint or the one before. What a killed process left beside is replaced by the next save.
    /// </summary>
    /// <exception cref="FcnException">The file cannot be written; it keeps what it held.</exception>
    /// <exception cref="NotFiniteException">A value is not finite; the file keeps what it held.</exception>
    public static void Save(string path, Network network, CheckpointState state)
    {
        var writer = new SafetensorsWriter();
        IReadOnlyList<ParameterSummary> parameters = network.Description.Parameters;
        for (int i = 0; i < parameters.Count; i++)
        {
            int index = i;
            Add(parameters[i].Name, ParameterStore.Values);
            Add(MomentumPrefix + parameters[i].Name, ParameterStore.Momentum);

            void Add(string name, ParameterStore store) => writer.Add(name, parameters[index].Shape, (Span<float> values) =>
            {
                network.Engine.Read(store, index, values);
                int at = NotFinite.First(values);
                if (at >= 0) throw Diverged(path, name, values[at], state.Iteration);
            });
        }
        writer.Metadata[FormatKey] = Format;
        writer.Metadata["iteration"] = Text(state.Iteration);
        writer.Metadata["position"] = Text(state.Position);
        writer.Metadata["losses"] = string.Join(' ', state.Losses.Select(Text));
        writer.Metadata["validated"] = Text(state.Validated);
        writer.Metadata["best_mean_iu"] = state.BestMeanIU is { } best ? Text(best) : "";
        writer.Metadata["best_iteration"] = Text(state.BestIteration);
        foreach ((string name, string value) in state.Settings) writer.Metadata[SettingPrefix + name] = value;
        writer.Save(path);
    }

    // What Save writes for so many bytes of weights, but for names, shapes and settings. A loss in digits has 24 characters at most.
    internal static long Bytes(long weights, int losses) => 2 * weights + 25L * losses;

    /// <summary>Restores weights and momentum and says where the run stands. Nothing is replaced before all was found to fit.</summary>
    /// <param name="path">A file of <see cref="Save"/>.</param>
    /// <param name="network">The network of the run.</param>
    /// <param name="settings">Settings that must be those of the checkpoint; null to take it whatever they were.</param>
    /// <exception cref="FcnException">
    /// The file cannot be read, is no checkpoint, or is one of another network or of other settings: all differences are listed; or a value
    /// is not finite.
    /// </exception>
    public static CheckpointState Load(string path, Network network, IReadOnlyDictionary<string, string>? settings = null)
    {
        using SafetensorsReader reader = SafetensorsReader.Open(path);
        CheckpointState state = ReadState(reader);
        List<string> differences = [.. TensorDifferences(reader, network.Description.Parameters)];
        if (settings is not null) differences.AddRange(Fingerprint.Differences(state.Settings, settings));
        if (differences.Count > 0)
            throw new FcnException(
                $"{path} does not continue this run:\n  {string.Join("\n  ", differences)}\n" +
                "Resume with the network and settings of the checkpoint, or start a new run from its weights with --init-from.");

        IReadOnlyList<ParameterSummary> parameters = network.Description.Parameters;
        string[] values = [.. parameters.Select(static p => p.Name)], momentum = [.. values.Select(static name => MomentumPrefix + name)];
        FiniteTensors.Read(reader, [.. values, .. momentum], (i, tensor) => network.Engine.Write(
            i < values.Length ? ParameterStore.Values : ParameterStore.Momentum, i % values.Length, tensor));
        return state;
    }

    /// <summary>Where the run of a checkpoint stands, without its weights.</summary>
    /// <exception cref="FcnException">The file cannot be read or is no checkpoint.</exception>
    public static CheckpointState Peek(string path)
    {
        using SafetensorsReader reader = SafetensorsReader.Open(path);
        return ReadState(reader);
    }

    static CheckpointState ReadState(SafetensorsReader reader)
    {
        IReadOnlyDictionary<string, string> metadata = reader.Metadata;
        if (metadata.GetValueOrDefault(FormatKey) != Format)
            throw new FcnException(
                $"{reader.Path} holds weights but no state of a run (metadata '{FormatKey}' is not '{Format}'). " +
                "Start a new run from it with --init-from.");
        string best = Field("best_mean_iu");
        return new CheckpointState
        {
            Iteration = Whole("iteration"),
            Position = Whole("position"),
            Losses = [.. Field("losses").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(text => Real("losses", text))],
            Validated = Whole("validated"),
            BestMeanIU = best.Length == 0 ? null : Real("best_mean_iu", best),
            BestIteration = Whole("best_iteration"),
            Settings = metadata.Where(static m => m.Key.StartsWith(SettingPrefix, StringComparison.Ordinal))
                .ToDictionary(static m => m.Key[SettingPrefix.Length..], static m => m.Value, StringComparer.Ordinal),
        };

        string Field(string name) => metadata.GetValueOrDefault(name) ?? throw Damaged(name, "is missing");

        // Positions are added to and multiplied by batch sizes.
        long Whole(string name)
        {
            bool isNumber = long.TryParse(Field(name), NumberStyles.None, CultureInfo.InvariantCulture, out long value);
            return isNumber && value <= Most ? value : throw Damaged(name, $"is '{Field(name)}', not a number from 0 to 2^48");
        }

        double Real(string name, string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            ? value
            : throw Damaged(name, $"holds '{text}', not a number");

        FcnException Damaged(string name, string how) =>
            new($"{reader.Path}: the checkpoint's '{name}' {how}; the file is damaged. Resume from another one.");
    }

    static IEnumerable<string> TensorDifferences(SafetensorsReader reader, IReadOnlyList<ParameterSummary> parameters)
    {
        var expected = new HashSet<string>(StringComparer.Ordinal);
        foreach (ParameterSummary parameter in parameters)
            foreach (string name in (string[])[parameter.Name, MomentumPrefix + parameter.Name])
            {
                expected.Add(name);
                if (!reader.Tensors.TryGetValue(name, out TensorEntry? entry))
                    yield return $"{name}: not in the checkpoint";
                else if (entry.Type != ElementType.F32 || !entry.Shape.SequenceEqual(parameter.Shape.Select(static s => (long)s)))
                    yield return $"{name}: {entry.Type} {SafetensorsReader.Describe(entry.Shape)} in the checkpoint, " +
                        $"F32 {Tensor.Describe(parameter.Shape)} in the network";
            }
        foreach (string name in reader.Tensors.Keys.Order(StringComparer.Ordinal))
            if (!expected.Contains(name)) yield return $"{name}: not in the network";
    }

    static NotFiniteException Diverged(string path, string name, float value, long iteration) =>
        new($"'{name}' holds {(float.IsNaN(value) ? "NaN" : "infinity")} after iteration {iteration}, so {path} was not written and " +
            $"keeps what it held. {(iteration == 0 ? "Start from other weights." : "Training has diverged: lower the learning rate.")}");

    static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
