using Fcn.Generator.Declaration;
using Fcn.Generator.Diagnostics;

namespace Fcn.Generator.Layers;

/// How far the stream has come. Pixels: a head has ended, and the stream stands again where its score layer found it.
internal enum Stage
{
    Features,
    Scores,
    Pixels,
}

// A network while its words are spelled out, one after the other: the graph so far, where the stream stands, who owns which name. Written:
// the names that its layers are given, before the first of them is built.
internal sealed class NetworkBuilder(string name, IEnumerable<string> written)
{
    private readonly HashSet<string> _written = new(written, StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> _owners = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<NamedLayer> _layers = [];
    private readonly List<NamedLayer> _inputs = [];
    private readonly List<Output.Scores> _ended = [];
    private (Head Head, Node Features)? _begun;
    private Node? _head;

    /// The class's name.
    public string Name { get; } = name;

    public GraphBuilder Graph { get; } = new();

    public Stage Stage { get; private set; }

    /// Of heads that say nothing else.
    public int Classes { get; set; }

    /// Of the head that has begun.
    public int ClassesOfHead => (_begun ?? throw new InvalidOperationException("No head has begun.")).Head.Classes;

    /// Dropout layers so far; each draws from a stream of random numbers of its own.
    public int Dropouts { get; set; }

    /// Every layer that the table lists, in order.
    public IReadOnlyList<NamedLayer> Layers => _layers;

    /// What the network reads. The stream begins at the first.
    public IReadOnlyList<NamedLayer> Inputs => _inputs;

    /// The last value of the stream.
    public Node Head => _head ?? throw new InvalidOperationException("The word Input comes before the stream.");

    /// The tap that the last skip read: its name is part of the name of what is upsampled next.
    public string? LastTap { get; private set; }

    /// What skips can tap.
    public IEnumerable<NamedLayer> Taps => _layers.Where(static l => l.IsTap);

    public bool IsTaken(string name) => _owners.ContainsKey(name);

    /// Reserves a name; names that differ in case only would be one file on some systems.
    public Problem? Claim(string name, LayerDeclaration layer, string? setting)
    {
        if (_owners.TryGetValue(name, out string? owner))
            return Problem.At(layer, setting, ProblemId.DuplicateName, layer.ToString(), name, owner);
        _owners.Add(name, layer.ToString());
        return null;
    }

    /// A name for what a network has without a word for it (its input data, its output score): this one, or, where a layer has it, with a
    /// number behind it.
    public string Free(string wanted) => new NameScope(_written.Concat(_owners.Keys), StringComparer.OrdinalIgnoreCase).Take(wanted);

    /// The name of a layer that has none of its own, in the head that has begun: that of the reference, behind the head's where it is not the first.
    public string NameInHead(string name) => _ended.Count == 0 ? name : $"{_begun!.Value.Head.Name}_{name}";

    public void AddInput(LayerDeclaration source, Node input)
    {
        _inputs.Add(new(LayerKind.Input, source, [input]));
        _head ??= input;
    }

    /// A head begins with a score layer that reads these features.
    public void BeginHead(Head head, Node features) => _begun = (head, features);

    /// Ends a head that has come to the input's stride; what keeps it from that. Nothing where none has begun.
    public Problem? EndHead()
    {
        if (Stage != Stage.Scores) return null;
        var (stride, last) = (Coordinates.Stride(Head), _layers[^1].Source);
        if (stride != 1) return Problem.At(last, null, ProblemId.NoUpsample, Name, Head.Name, stride.ToString());
        EndHead(Head, last);
        return null;
    }

    /// Ends the head with its scores, cut to where the inputs lie. The stream stands again where the head began.
    public void EndHead(Node scores, LayerDeclaration source)
    {
        var (head, features) = _begun ?? throw new InvalidOperationException("No head has begun.");
        var score = List(LayerKind.Crop, source, Graph.Add(Free(NameInHead("score")), new Align(), scores, _inputs[0].Result));
        _ended.Add(new(score, head));
        (_begun, _head, Stage, LastTap) = (null, features, Stage.Pixels, null);
    }

    /// Lists a layer in the table, and gives its result.
    public Node List(LayerKind kind, LayerDeclaration source, params Node[] nodes)
    {
        _layers.Add(new(kind, source, nodes));
        return nodes[^1];
    }

    /// Moves the stream on to a value.
    public void Continue(Node head, Stage stage, string? tap = null) => (_head, Stage, LastTap) = (head, stage, tap);

    /// The graph that came of it: heads' scores leave the network.
    public NetworkGraph Build() => Graph.Build(_ended);

    /// Whether a head has ended.
    public bool HasHeads => _ended.Count > 0;

    /// What keeps a layer of features from standing here.
    public Problem? ExpectFeatures(LayerDeclaration layer) => Stage switch
    {
        Stage.Features or Stage.Pixels => null,
        Stage.Scores => Problem.At(layer, null, ProblemId.LayerAfterScore, layer.ToString(), _begun!.Value.Head.Name),
    };

    /// What keeps a layer of scores from standing here.
    public Problem? ExpectScores(LayerDeclaration layer) => Stage switch
    {
        Stage.Features => Problem.At(layer, null, ProblemId.BeforeScore, layer.ToString()),
        Stage.Scores => null,
        Stage.Pixels => Problem.At(layer, null, ProblemId.LayerAfterUpsample, layer.ToString()),
    };

    /// The weight of a layer: (outputs, inputs, kernel, kernel).
    public Node Weight(string layer, WeightShape shape, Fill fill, double rate, double decay) =>
        Graph.Add($"{layer}.weight", new Parameter(shape, fill, rate, decay));

    /// The bias of a layer, zeros at first: one value per output.
    public Node Bias(string layer, int outputs, double rate, double decay) =>
        Graph.Add($"{layer}.bias", new Parameter(new(outputs, 1, 1), Fill.Zero, rate, decay) { Bias = true });
}
