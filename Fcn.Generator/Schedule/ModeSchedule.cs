using Fcn.Generator.Graph;
using Fcn.Generator.Kernels;

namespace Fcn.Generator.Schedule;

/// One mode of a network on one machine as data: what the runtime walks (Fcn.Devices.Schedules). Smallest: height and width at which every map has a pixel.
internal sealed record ModeSchedule(
    string Name, int Smallest, IReadOnlyList<MapSizes> Sizes, IReadOnlyList<Count> Counts, IReadOnlyList<PlannedBuffer> Buffers, IReadOnlyList<Launch> Launches)
{
    public IEnumerable<Kernel> Kernels => Launches.Where(static l => !l.IsOfRuntime).Select(static l => l.Kernel);
}

/// Names of a height and a width, and their formula.
internal sealed record MapSizes(string Height, string Width, Extent Size);

/// A whole number that the host computes before buffers are placed and that grows with the batch: pixels of a map, splits of a sum.
internal sealed record Count(string Name, Value Value);

/// A buffer of the arena: its bytes, and the launches during which it is needed.
internal sealed record PlannedBuffer(string Name, Value Bytes, int First, int Last);

/// The modes of a network, in the order of tables.
internal static class Modes
{
    public const string Segment = nameof(Segment), Scores = nameof(Scores), Training = nameof(Training), Update = nameof(Update);

    /// Parameters in the order in which kernels read them, made when they change: for all modes, and what training needs besides.
    public const string Prepare = nameof(Prepare), PrepareTraining = nameof(PrepareTraining);

    /// The mode of a network that yields the labels or scores of one head, and computes no layer of the others: the first has the plain
    /// name.
    public static string Of(string mode, Head head, bool isFirst) => isFirst ? mode : $"{mode}.{head.Name}";

    public static string Summary(string mode) => mode.Split('.')[0] switch
    {
        Segment => "Image to labels.",
        Scores => "Image to scores at full resolution.",
        Training => "Image and labels to loss and gradients.",
        Update => "The solver's update of all parameters.",
        Prepare => "Parameters into the order that kernels read.",
        PrepareTraining => "Parameters into the order that kernels of gradients read.",
        _ => throw new InvalidOperationException($"{mode} is no mode."),
    };
}
