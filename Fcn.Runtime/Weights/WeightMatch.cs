namespace Fcn.Weights;

// Which tensor of a file belongs to which parameter of a network: by name, from which a prefix may be taken off, and by shape.
// Every parameter is in exactly one of the first four lists.
internal sealed class WeightMatch
{
    private static readonly char[] Separators = ['.', '/'];

    private readonly SafetensorsReader _file;
    private readonly Dictionary<string, string> _tensors = new(StringComparer.Ordinal);

    public WeightMatch(SafetensorsReader file, IReadOnlyList<ParameterSummary> parameters, string prefix)
    {
        _file = file;
        foreach (string tensor in file.Tensors.Keys)
        {
            bool stripped = prefix.Length > 0 && tensor.StartsWith(prefix, StringComparison.Ordinal);
            string name = stripped ? tensor[prefix.Length..].TrimStart(Separators) : tensor;
            if (!_tensors.TryAdd(name, tensor))
                throw new FcnException($"'{file.Path}' holds '{_tensors[name]}' and '{tensor}': without the prefix '{prefix}' both are " +
                    $"'{name}'. Take another prefix off, or rename one.");
        }
        if (prefix.Length > 0 && !file.Tensors.Keys.Any(tensor => tensor.StartsWith(prefix, StringComparison.Ordinal)))
            throw new FcnException($"'{file.Path}' has no tensor whose name begins with '{prefix}'; its first is " +
                $"'{file.Tensors.Keys.Order(StringComparer.Ordinal).FirstOrDefault()}'.");
        foreach (ParameterSummary parameter in parameters) ListOf(parameter).Add(parameter);
        var expected = parameters.Select(static p => p.Name).ToHashSet(StringComparer.Ordinal);
        IEnumerable<string> unused = _tensors.Where(t => !expected.Contains(t.Key) && !IsMomentum(t.Value)).Select(static t => t.Value);
        Unused = [.. unused.Order(StringComparer.Ordinal)];
    }

    public List<ParameterSummary> Fitting { get; } = [];

    public List<ParameterSummary> Misshapen { get; } = [];

    // Of a type that is not read as floats.
    public List<ParameterSummary> Mistyped { get; } = [];

    public List<ParameterSummary> Missing { get; } = [];

    // Tensors that no parameter has the name of.
    public List<string> Unused { get; }

    public bool IsExact => Missing.Count + Misshapen.Count + Mistyped.Count + Unused.Count == 0;

    // All tensors are this network's, some in another type or with their axes in another order.
    public bool IsConvertible => Missing.Count + Unused.Count == 0 && Misshapen.All(IsTransposed);

    // The name of a parameter's tensor in the file.
    public string TensorOf(ParameterSummary parameter) => _tensors[parameter.Name];

    public TensorEntry EntryOf(ParameterSummary parameter) => _file.Tensors[TensorOf(parameter)];

    public SkippedTensor Shapes(ParameterSummary parameter) => new(parameter.Name, EntryOf(parameter).Shape, parameter.Shape);

    // What a person should know about tensors that fit all the same.
    public IEnumerable<string> Reshaped() =>
        Fitting.Where(p => !HasShape(EntryOf(p), p)).Select(p => $"{Shapes(p)}; the values are taken in order");

    // What stands in the file before most names of missing parameters, or null.
    public string? PrefixAdvice()
    {
        var missing = Missing.Select(static p => p.Name).ToHashSet(StringComparer.Ordinal);
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (string tensor in Unused)
            for (int at = tensor.IndexOfAny(Separators); at >= 0; at = tensor.IndexOfAny(Separators, at + 1))
                if (missing.Contains(tensor[(at + 1)..])) counts[tensor[..(at + 1)]] = counts.GetValueOrDefault(tensor[..(at + 1)]) + 1;
        if (counts.Count == 0) return null;
        (string prefix, int count) = counts.OrderBy(static c => c.Key, StringComparer.Ordinal).MaxBy(static c => c.Value);
        return $"{count} of the missing ones are there with '{prefix}' before their names: take it off with --strip-prefix {prefix} " +
            $"(prefix: \"{prefix}\").";
    }

    // What to do about tensors that are convertible.
    public IEnumerable<string> ConversionAdvice()
    {
        if (Mistyped.Count > 0) yield return "Store what has another type as F32, in Python: tensor.float().";
        if (Misshapen.Count > 0)
            yield return "Transpose what has another order of axes to (out, in, height, width), from TensorFlow's " +
                "(height, width, in, out) with numpy.transpose(weight, (3, 2, 0, 1)).";
    }

    private bool IsTransposed(ParameterSummary parameter) =>
        EntryOf(parameter).Shape.Order().SequenceEqual(parameter.Shape.Select(static size => (long)size).Order());

    private List<ParameterSummary> ListOf(ParameterSummary parameter)
    {
        if (!_tensors.ContainsKey(parameter.Name)) return Missing;
        TensorEntry entry = EntryOf(parameter);
        if (!HasShape(entry, parameter) && !IsFlattened(entry, parameter)) return Misshapen;
        return entry.Type.IsReadable() ? Fitting : Mistyped;
    }

    private static bool HasShape(TensorEntry entry, ParameterSummary parameter) =>
        entry.Shape.SequenceEqual(parameter.Shape.Select(static size => (long)size));

    // The same values in the same order under another shape: the matrix (outputs, inputs · height · width) of a fully connected layer, or
    // axes of size 1 more or less, as in Caffe's biases (1, 1, 1, outputs).
    private static bool IsFlattened(TensorEntry entry, ParameterSummary parameter)
    {
        long outputs = parameter.Shape[0], inputs = Tensor.Count(parameter.Shape) / outputs;
        long[] stored = Proper(entry.Shape), wanted = Proper(parameter.Shape.Select(static size => (long)size));
        return stored.SequenceEqual(wanted) || stored.SequenceEqual(Proper([outputs, inputs]));

        static long[] Proper(IEnumerable<long> shape) => [.. shape.Where(static size => size != 1)];
    }

    private bool IsMomentum(string tensor) =>
        tensor.StartsWith(WeightFile.MomentumPrefix, StringComparison.Ordinal)
        && _file.Tensors.ContainsKey(tensor[WeightFile.MomentumPrefix.Length..]);
}
