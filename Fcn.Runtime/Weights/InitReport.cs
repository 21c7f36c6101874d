namespace Fcn.Weights;

/// <summary>What <see cref="WeightFile.InitFrom"/> did; every parameter of the network is in exactly one of the first three lists.</summary>
/// <param name="Copied">Parameters that were replaced.</param>
/// <param name="Skipped">Parameters that the file holds in another shape.</param>
/// <param name="Left">Parameters that the file does not hold.</param>
/// <param name="Unused">Tensors of the file that the network does not have.</param>
public sealed record InitReport(
    IReadOnlyList<string> Copied, IReadOnlyList<SkippedTensor> Skipped, IReadOnlyList<string> Left, IReadOnlyList<string> Unused);

/// <summary>A tensor whose shape in the file is not the network's.</summary>
/// <param name="Name">Its name.</param>
/// <param name="File">Its shape in the file.</param>
/// <param name="Network">Its shape in the network.</param>
public sealed record SkippedTensor(string Name, IReadOnlyList<long> File, IReadOnlyList<int> Network);
