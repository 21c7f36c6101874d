namespace Fcn.Weights;

/// <summary>A network's parameters as a safetensors file. Values cross in canonical order, one parameter at a time.</summary>
public static class WeightFile
{
    // Before a parameter's name: the momentum that a checkpoint holds beside it. Whoever reads weights passes it over.
    internal const string MomentumPrefix = "momentum.";

    private const int MaxListed = 20;

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
    /// Replaces all parameters; the file must hold exactly them. Nothing is replaced before everything was found to match.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="parameters">Names and shapes of the network.</param>
    /// <param name="write">Replaces parameter i: <c>(i, values) => engine.Write(ParameterStore.Values, i, values)</c>.</param>
    /// <exception cref="FcnException">The file cannot be read, or tensors are missing, surplus or misshapen: all are listed.</exception>
    public static void Load(string path, IReadOnlyList<ParameterSummary> parameters, Action<int, ReadOnlySpan<float>> write)
    {
        using SafetensorsReader file = SafetensorsReader.Open(path);
        Match match = Match.Of(file, parameters);
        List<string> problems =
        [
            .. match.Left.Select(i => $"missing: {parameters[i].Name} {Tensor.Describe(parameters[i].Shape)}"),
            .. match.Misshapen.Select(i => $"other shape: {Skipped(file, parameters[i])}"),
            .. match.Mistyped.Select(i => $"other type: {parameters[i].Name} is {TypeOf(file, parameters[i])}, not read as floats"),
            .. match.Unused.Select(name => $"surplus: {name} {SafetensorsReader.Describe(file.Tensors[name].Shape)}"),
        ];
        if (problems.Count > 0)
            throw new FcnException($"'{path}' does not fit the network: of {parameters.Count} parameters {match.Left.Count} are missing " +
                $"and {match.Misshapen.Count + match.Mistyped.Count} differ; {match.Unused.Count} are surplus.\n{List(problems)}\n" +
                "Use --init-from (InitFrom) to copy what fits and leave the rest.");
        Copy(file, parameters, match.Fitting, write);
    }

    /// <summary>Replaces those parameters that the file holds under the same name and in the same shape; the others stay.</summary>
    /// <param name="path">The file.</param>
    /// <param name="parameters">Names and shapes of the network.</param>
    /// <param name="write">Replaces parameter i: <c>(i, values) => engine.Write(ParameterStore.Values, i, values)</c>.</param>
    /// <returns>What was copied, skipped and left.</returns>
    /// <exception cref="FcnException">The file cannot be read, nothing in it fits, or what fits is not read as floats.</exception>
    public static InitReport InitFrom(string path, IReadOnlyList<ParameterSummary> parameters, Action<int, ReadOnlySpan<float>> write)
    {
        using SafetensorsReader file = SafetensorsReader.Open(path);
        Match match = Match.Of(file, parameters);
        if (match.Mistyped.Count > 0)
        {
            ParameterSummary first = parameters[match.Mistyped[0]];
            throw new FcnException($"'{path}': {first.Name} has the type {TypeOf(file, first)}; F32, F16, BF16 or F64 is needed.");
        }
        var report = new InitReport(
            [.. match.Fitting.Select(i => parameters[i].Name)],
            [.. match.Misshapen.Select(i => Skipped(file, parameters[i]))],
            [.. match.Left.Select(i => parameters[i].Name)],
            match.Unused);
        if (match.Fitting.Count == 0 && parameters.Count > 0)
            throw new FcnException($"Nothing in '{path}' fits the network by name and shape; it would start from scratch.\n{report}");
        Copy(file, parameters, match.Fitting, write);
        return report;
    }

    private static void Copy(
        SafetensorsReader file, IReadOnlyList<ParameterSummary> parameters, List<int> which, Action<int, ReadOnlySpan<float>> write)
    {
        using var buffer = new NativeBuffer(which.Select(i => Tensor.Count(parameters[i].Shape)).DefaultIfEmpty(0).Max() * sizeof(float));
        foreach (int i in which)
        {
            Span<float> values = buffer.Of<float>(checked((int)Tensor.Count(parameters[i].Shape)));
            file.Read(parameters[i].Name, values);
            write(i, values);
        }
    }

    private static SkippedTensor Skipped(SafetensorsReader file, ParameterSummary parameter) =>
        new(parameter.Name, file.Tensors[parameter.Name].Shape, parameter.Shape);

    private static string TypeOf(SafetensorsReader file, ParameterSummary parameter) => file.Tensors[parameter.Name].Type.Name();

    private static string List(List<string> lines)
    {
        string text = string.Join('\n', lines.Take(MaxListed).Select(static line => "  " + line));
        return lines.Count > MaxListed ? $"{text}\n  and {lines.Count - MaxListed} more" : text;
    }

    // Every parameter is in exactly one of the first four lists.
    private sealed record Match(List<int> Fitting, List<int> Misshapen, List<int> Mistyped, List<int> Left, List<string> Unused)
    {
        public static Match Of(SafetensorsReader file, IReadOnlyList<ParameterSummary> parameters)
        {
            var expected = parameters.Select(static p => p.Name).ToHashSet(StringComparer.Ordinal);
            IEnumerable<string> unused = file.Tensors.Keys.Where(name => !expected.Contains(name) && !IsMomentum(file, name)).Order(StringComparer.Ordinal);
            var match = new Match([], [], [], [], [.. unused]);
            for (int i = 0; i < parameters.Count; i++)
            {
                List<int> list =
                    !file.Tensors.TryGetValue(parameters[i].Name, out TensorEntry? entry) ? match.Left
                    : !entry.Shape.SequenceEqual(parameters[i].Shape.Select(static size => (long)size)) ? match.Misshapen
                    : !entry.Type.IsReadable() ? match.Mistyped
                    : match.Fitting;
                list.Add(i);
            }
            return match;
        }

        private static bool IsMomentum(SafetensorsReader file, string name) =>
            name.StartsWith(MomentumPrefix, StringComparison.Ordinal) && file.Tensors.ContainsKey(name[MomentumPrefix.Length..]);
    }
}
