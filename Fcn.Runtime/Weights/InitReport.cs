namespace Fcn.Weights;

/// <summary>
/// What <see cref="WeightFile.InitFrom"/> or <see cref="WeightFile.Load"/> did; every parameter of the network is in one of the first
/// three lists.
/// </summary>
/// <param name="Copied">Parameters that were replaced.</param>
/// <param name="Skipped">Parameters that the file holds in another shape.</param>
/// <param name="Left">Parameters that the file does not hold.</param>
/// <param name="Unused">Tensors of the file that the network does not have.</param>
public sealed record InitReport(
    IReadOnlyList<string> Copied, IReadOnlyList<SkippedTensor> Skipped, IReadOnlyList<string> Left, IReadOnlyList<string> Unused)
{
    private const int MaxListed = 8;

    /// <summary>What a person should know: copied tensors that the file holds in another shape, a prefix of its names.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>One line for each list and note, as a tool prints it.</summary>
    public override string ToString() => string.Join('\n',
        [
            Line("copied", Copied), Line("skipped", [.. Skipped.Select(static s => s.ToString())]), Line("left as they were", Left),
            Line("unused in the file", Unused), .. Notes.Select(static n => $"note: {n}"),
        ]);

    private static string Line(string title, IReadOnlyList<string> names) =>
        $"{title}: {names.Count}" + (names.Count == 0 ? "" : $" ({LongList.Cut(names, MaxListed)})");
}

/// <summary>A tensor whose shape in the file is not the network's.</summary>
/// <param name="Name">Its name.</param>
/// <param name="File">Its shape in the file.</param>
/// <param name="Network">Its shape in the network.</param>
public sealed record SkippedTensor(string Name, IReadOnlyList<long> File, IReadOnlyList<int> Network)
{
    /// <summary>Name and both shapes: <c>score.weight is (21, 4096, 1, 1) in the file, (11, 4096, 1, 1) in the network</c>.</summary>
    public override string ToString() =>
        $"{Name} is {SafetensorsReader.Describe(File)} in the file, {Tensor.Describe(Network)} in the network";
}
