namespace Fcn.Weights;

/// <summary>A network's parameters as a safetensors file. Values cross in canonical order, one parameter at a time.</summary>
public static class WeightFile
{
    // Before a parameter's name: the momentum that a checkpoint holds beside it. Whoever reads weights passes it over.
    internal const string MomentumPrefix = "momentum.";

    // Lines of each kind, so that what is missing leaves room for what is surplus: often they are pairs under two names.
    private const int MaxListed = 8;

    /// <summary>Writes all parameters.</summary>
    /// <param name="path">The file; its folder exists.</param>
    /// <param name="parameters">Names and shapes (<see cref="NetworkSummary.Parameters"/>).</param>
    /// <param name="read">Copies parameter i out: <c>(i, values) => engine.Read(ParameterStore.Values, i, values)</c>.</param>
    /// <param name="metadata">Notes for the file, or null.</param>
    /// <exception cref="FcnException">The file cannot be written; a file that was there before is untouched.</exception>
    public static void Save(string path, IReadOnlyList<ParameterSummary> parameters, Action<int, Span<float>> read,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        var writer = new SafetensorsWriter();
        foreach (var (key, value) in metadata ?? new Dictionary<string, string>()) writer.Metadata[key] = value;
        for (int i = 0; i < parameters.Count; i++)
        {
            int parameter = i;
            writer.Add(parameters[i].Name, parameters[i].Shape, (Span<float> values) => read(parameter, values));
        }
        writer.Save(path);
    }

    /// <summary>
    /// Replaces all parameters; the file must hold exactly them. Nothing is replaced before everything was found to match and to be finite.
    /// A tensor of another shape fits where it holds the same values in the same order: a matrix for a convolution as large as its input.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="parameters">Names and shapes of the network.</param>
    /// <param name="write">Replaces parameter i: <c>(i, values) => engine.Write(ParameterStore.Values, i, values)</c>.</param>
    /// <param name="prefix">What is taken off the file's names where they begin with it, such as <c>module.</c>; empty for nothing.</param>
    /// <returns>Every parameter as copied, and notes on those that were stored in another shape.</returns>
    /// <exception cref="FcnException">
    /// The file cannot be read; tensors are missing, surplus or misshapen: they are listed; or a value is not finite.
    /// </exception>
    public static InitReport Load(
        string path, IReadOnlyList<ParameterSummary> parameters, Action<int, ReadOnlySpan<float>> write, string prefix = "")
    {
        using SafetensorsReader file = SafetensorsReader.Open(path);
        var match = new WeightMatch(file, parameters, prefix);
        if (!match.IsExact)
        {
            int different = match.Misshapen.Count + match.Mistyped.Count;
            string[] lines =
            [
                $"'{path}' does not fit the network: of {parameters.Count} parameters {match.Missing.Count} are missing and {different} " +
                    $"differ; {match.Unused.Count} are surplus.",
                .. Listed("missing", match.Missing, static p => $"{p.Name} {Tensor.Describe(p.Shape)}"),
                .. Listed("other shape", match.Misshapen, p => match.Shapes(p).ToString()),
                .. Listed("other type", match.Mistyped, p => $"{p.Name} is {match.EntryOf(p).Type.Name()}, not read as floats"),
                .. Listed("surplus", match.Unused, name => $"{name} {SafetensorsReader.Describe(file.Tensors[name].Shape)}"),
                .. match.PrefixAdvice() is { } advice ? [advice] : match.IsConvertible ? match.ConversionAdvice() : OtherNetwork(file),
            ];
            throw new FcnException(string.Join('\n', lines));
        }
        return Copy(file, parameters, match, write);
    }

    /// <summary>
    /// Replaces those parameters that the file holds under the same name and in the same shape, or in one that <see cref="Load"/> takes
    /// for it; the others stay.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="parameters">Names and shapes of the network.</param>
    /// <param name="write">Replaces parameter i: <c>(i, values) => engine.Write(ParameterStore.Values, i, values)</c>.</param>
    /// <param name="prefix">What is taken off the file's names where they begin with it, such as <c>module.</c>; empty for nothing.</param>
    /// <returns>What was copied, skipped and left.</returns>
    /// <exception cref="FcnException">
    /// The file cannot be read, nothing in it fits, or what fits is not read as floats or not finite; then nothing was replaced.
    /// </exception>
    public static InitReport InitFrom(
        string path, IReadOnlyList<ParameterSummary> parameters, Action<int, ReadOnlySpan<float>> write, string prefix = "")
    {
        using SafetensorsReader file = SafetensorsReader.Open(path);
        var match = new WeightMatch(file, parameters, prefix);
        if (match.Mistyped is [var first, ..])
            throw new FcnException($"'{path}': {first.Name} has the type {match.EntryOf(first).Type.Name()}; F32, F16, BF16 or F64 is " +
                "needed. Store it as F32.");
        if (match.Fitting.Count == 0 && parameters.Count > 0)
            throw new FcnException(
                $"Nothing in '{path}' fits the network by name and shape; it would start from scratch.\n{Report(match)}");
        return Copy(file, parameters, match, write);
    }

    /// <summary>Whether a file holds exactly these parameters, as <see cref="Load"/> asks for; values are not looked at.</summary>
    /// <param name="file">The file.</param>
    /// <param name="parameters">Names and shapes of a network.</param>
    /// <param name="prefix">What is taken off the file's names where they begin with it; empty for nothing.</param>
    /// <exception cref="FcnException">No name begins with the prefix, or two are the same without it.</exception>
    public static bool Fits(SafetensorsReader file, IReadOnlyList<ParameterSummary> parameters, string prefix = "") =>
        new WeightMatch(file, parameters, prefix).IsExact;

    /// <summary>The network that a file of weights or a checkpoint says it is for, or null.</summary>
    public static string? NetworkOf(SafetensorsReader file) =>
        file.Metadata.GetValueOrDefault("network") ?? file.Metadata.GetValueOrDefault("setting.network");

    private static InitReport Copy(
        SafetensorsReader file, IReadOnlyList<ParameterSummary> parameters, WeightMatch match, Action<int, ReadOnlySpan<float>> write)
    {
        var indices = parameters.Index().ToDictionary(static p => p.Item.Name, static p => p.Index, StringComparer.Ordinal);
        string[] tensors = [.. match.Fitting.Select(match.TensorOf)];
        FiniteTensors.Read(file, tensors, (i, values) => write(indices[match.Fitting[i].Name], values));
        return Report(match);
    }

    private static InitReport Report(WeightMatch match) => new(
        [.. match.Fitting.Select(static p => p.Name)], [.. match.Misshapen.Select(match.Shapes)],
        [.. match.Missing.Select(static p => p.Name)], match.Unused)
    {
        Notes = [.. match.Reshaped(), .. match.PrefixAdvice() is { } advice ? [advice] : Array.Empty<string>()],
    };

    private static string[] Listed<T>(string kind, IEnumerable<T> items, Func<T, string> text)
    {
        string[] lines = [.. items.Select(item => $"{kind}: {text(item)}")];
        return lines.Length == 0 ? [] : [LongList.Lines(lines, MaxListed, kind)];
    }

    private static string[] OtherNetwork(SafetensorsReader file)
    {
        string said = NetworkOf(file) is { } network ? $" (the file says '{network}')" : "";
        return [$"Open the network that they are of{said}, or start a training from what fits: fcn train --init-from (InitFrom)."];
    }
}
