using Fcn.Generator.Declaration;
using Fcn.Generator.Diagnostics;
using Fcn.Generator.Graph;
using Fcn.Generator.Kernels;
using Fcn.Generator.Ops;
using Fcn.Generator.Text;

namespace Fcn.Generator.Layers;

/// How far a stream has come.
internal enum Stage
{
    Features,
    Scores,
    Pixels,
}

/// A value that layers can read. Tap: the layer that the last skip on the way tapped.
internal sealed record Stream(Node Head, Stage Stage, string? Tap = null);

// A network while its words are spelled out, one after the other: the graph so far, what the next layer reads, who owns which name. Written:
// the names that its layers are given, before the first of them is built.
internal sealed class NetworkBuilder(string name, IEnumerable<string> written)
{
    private readonly HashSet<string> _written = new(written, StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> _owners = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<NamedLayer> _layers = [];
    private readonly Dictionary<string, Stream> _streams = [];
    private Node? _data;
    private Stream? _read, _last;

    /// The class's name.
    public string Name { get; } = name;

    public GraphBuilder Graph { get; } = new();

    public Stage Stage => Read.Stage;

    public int Classes { get; set; }

    /// Dropout layers so far; each draws from a stream of random numbers of its own.
    public int Dropouts { get; set; }

    /// Every layer that the table lists, in order.
    public IReadOnlyList<NamedLayer> Layers => _layers;

    public Node Data
    {
        get => _data ?? throw new InvalidOperationException("The word Input comes before the stream.");
        set
        {
            _data = value;
            Continue(value, Stage.Features);
        }
    }

    /// The value that the layer under construction reads; behind the last layer, its result.
    public Node Head => Read.Head;

    /// The tap that the last skip read: its name is part of the name of what is upsampled next.
    public string? LastTap => Read.Tap;

    private Stream Read => _read ?? throw new InvalidOperationException("The word Input comes before the stream.");

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

    /// Lists a layer in the table, and gives its result.
    public Node List(LayerKind kind, LayerDeclaration source, params Node[] nodes)
    {
        _layers.Add(new(kind, source, nodes));
        return nodes[^1];
    }

    /// Goes to the value that a layer reads: the one named, or, where nothing is, the last.
    public Problem? Enter(LayerDeclaration layer, string? setting, string name)
    {
        if (name.Length == 0) _read = _last;
        else if (_streams.TryGetValue(name, out var named)) _read = named;
        else
        {
            var names = _streams.Keys.ToList();
            return Problem.At(
                layer, setting, ProblemId.UnknownSource, layer.ToString(), name, Spelling.Nearest(name, names), string.Join(", ", names));
        }
        return null;
    }

    /// Ends a layer with its result, which the next one reads if it names no other.
    public void Continue(Node head, Stage stage, string? tap = null) => _streams[head.Name] = _read = _last = new(head, stage, tap);

    /// The first layer at which a way through the network ends that does not lead to an output.
    public Problem? Unread()
    {
        var read = new HashSet<Node>(Graph.Nodes.SelectMany(static n => n.Inputs).Concat(Build().Outputs.Select(static o => o.Node)));
        return _layers.FirstOrDefault(l => !read.Contains(l.Result)) is { } layer
            ? Problem.At(layer.Source, null, ProblemId.NotRead, layer.Source.ToString(), layer.Name)
            : null;
    }

    /// The graph that came of it: the last layer's result is the network's.
    public NetworkGraph Build() => Graph.Build([new Output.Scores(_layers[^1].Result)]);

    /// What keeps a layer of features from standing here.
    public Problem? ExpectFeatures(LayerDeclaration layer) => Stage switch
    {
        Stage.Features => null,
        Stage.Scores => Problem.At(
            layer, null, ProblemId.LayerAfterScore, layer.ToString(), _layers.First(static l => l.Kind == LayerKind.Score).Name),
        Stage.Pixels => Problem.At(layer, null, ProblemId.LayerAfterUpsample, layer.ToString()),
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
        Vector(layer, "bias", outputs, Fill.Zero, rate, decay);

    /// A learned value per channel.
    public Node Vector(string layer, string part, int channels, Fill fill, double rate, double decay) =>
        Graph.Add($"{layer}.{part}", new Parameter(new(channels, 1, 1), fill, rate, decay) { Bias = true });

    /// A value per channel that training keeps.
    public Node State(string layer, string part, int channels, Fill fill) =>
        Graph.Add($"{layer}.{part}", new Parameter(new(channels, 1, 1), fill, 0, 0) { Bias = true, IsState = true });
}
