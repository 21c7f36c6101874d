namespace Fcn.Generator.Schedule;

// A value's name → the name of its buffer and sizes in the frame: conv1_1.weight.gradient → conv1_1_weight_gradient, its height conv1_1_H.
// A layer may be called anything. One whose name ends in a word that the compiler puts behind names, or that the frame has already, gets an
// underscore, so that no two values of a network meet: pool1_H is the height of pool1, and pool1_H_ the buffer of a layer pool1_H.
internal static class GeneratedName
{
    /// What the engine gives every frame on a CPU, and the roles of what it gives for inputs and heads (EngineField).
    public static readonly IReadOnlyList<string> CpuFields =
        ["N", "H", "W", "TilePixels", "TileBlocks", "Parameters", "Gradients", "Step", "Image", "Labels", "Scores", "Loss"];

    /// The same on a GPU.
    public static readonly IReadOnlyList<string> GpuFields =
    [
        "N", "H", "W", "Processors", "ParameterBlocks",
        "Parameters", "Gradients", "Momentum", "Multipliers", "Step", "Image", "Labels", "Scores", "Loss",
    ];

    /// What every type inherits, and what a member of one would hide.
    public static readonly IReadOnlyList<string> Inherited =
    [
        nameof(Equals), "Finalize", nameof(GetHashCode), nameof(GetType), nameof(MemberwiseClone), nameof(ReferenceEquals), nameof(ToString),
    ];

    private static readonly HashSet<string> Taken = [.. CpuFields, .. GpuFields, .. Inherited];

    // Behind the names of values in graphs (weight to repeat), then of what schedules add.
    private static readonly HashSet<string> Words =
    [
        "weight", "bias", "linear", "relu", "index", "gradient", "input", "sum", "sums", "flipped", "repeat", "weighted",
        "running", "mean", "var", "variance", "inverse", "product", "updated",
        "H", "W", "copies", "bands", "packed", "table", "pixels", "rows", "splits", "parts", "slices", "partial", "blocks", "losses",
    ];

    /// Of a node of a graph: a layer's name, then words with dots between them.
    public static string Of(string node)
    {
        int dot = node.IndexOf('.');
        return dot < 0 ? Layer(node) : Of(Layer(node[..dot]), node[(dot + 1)..].Replace('.', '_'));
    }

    /// Of what belongs to something that has a generated name already.
    public static string Of(string owner, string words) => words.Split('_').FirstOrDefault(static w => !IsWord(w)) is { } unknown
        ? throw new InvalidOperationException($"'{unknown}', behind '{owner}', is no word that layers' names keep clear of.")
        : $"{owner}_{words}";

    // Slices of a map's gradient have numbers.
    private static bool IsWord(string word) =>
        Words.Contains(word) || (word.StartsWith("slice", StringComparison.Ordinal) && word[5..].All(char.IsDigit));

    // One to one: names that have to give way differ from all others when their last underscores are left out of account.
    private static string Layer(string name)
    {
        string core = name.TrimEnd('_');
        int last = core.LastIndexOf('_');
        bool givesWay = Taken.Contains(core) || (last >= 0 && IsWord(core[(last + 1)..]));
        return givesWay ? $"{name}_" : name;
    }
}
