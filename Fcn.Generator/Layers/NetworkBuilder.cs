using Fcn.Generator.Declaration;
using Fcn.Generator.Diagnostics;
using Fcn.Generator.Graph;
using Fcn.Generator.Kernels;
using Fcn.Generator.Ops;
using Fcn.Generator.Text;

namespace Fcn.Generator.Layers;

/// How far a stream has come. Pixels: a head has ended, and the next layer finds what the head's score layer found.
internal enum Stage
{
    Features,
    Scores,
    Pixels,
}

/// A head, and the features that its score layer reads.
internal sealed record BegunHead(Head Head, Node Features);

/// A value that layers can read. Tap: the layer that the last skip on the way tapped. Of: the head, where these are scores.
internal sealed record Stream(Node Head, Stage Stage, string? Tap = null, BegunHead? Of = null);

// A network while its words are spelled out, one after the other: the graph so far, what the next layer reads, who owns which name. Written:
// the names that its layers are given, before the first of them is built.
internal sealed class NetworkBuilder(string name, IEnumerable<string> written)
{
    private readonly HashSet<string> _written = new(written, StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> _owners = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<NamedLayer> _layers = [];
    private readonly List<NamedLayer> _inputs = [];
    private readonly List<BegunHead> _begun = [];
    private readonly Dictionary<BegunHead, Node> _scores = [];
    private readonly Dictionary<string, Stream> _streams = [];
    private Stream? _read, _last;

    /// The class's name.
    public string Name { get; } = name;

    public GraphBuilder Graph { get; } = new();

    public Stage Stage => Read.Stage;

    /// Of heads that say nothing else.
    public int Classes { get; set; }

    /// Of the head whose scores are read.
    public int ClassesOfHead => Begun.Head.Classes;

    /// Dropout layers so far; each draws from a stream of random numbers of its own.
    public int Dropouts { get; set; }

    /// Every layer that the table lists, in order.
    public IReadOnlyList<NamedLayer> Layers => _layers;

    /// What the network reads. The stream begins at the first.
    public IReadOnlyList<NamedLayer> Inputs => _inputs;

    /// The value that the layer under construction reads; behind the last layer, its result.
    public Node Head => Read.Head;

    /// The tap that the last skip read: its name is part of the name of what is upsampled next.
    public string? LastTap => Read.Tap;

    private BegunHead Begun => Read.Of ?? throw new InvalidOperationException($"'{Head}' are no scores.");

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

    /// The name of a layer that has none of its own, in the head whose scores are read: that of the reference, behind the head's where it
    /// is not the first.
    public string NameInHead(string name) => Begun == _begun[0] ? name : $"{Begun.Head.Name}_{name}";

    public void AddInput(LayerDeclaration source, Node input)
    {
        _inputs.Add(new(LayerKind.Input, source, [input]));
        _streams[((Input)input.Op).Name] = new(input, Stage.Features);
        _read = _last ??= new(input, Stage.Features);
    }

    /// A head begins with these scores of what the layer under construction reads.
    public void BeginHead(Head head, Node scores)
    {
        _begun.Add(new(head, Head));
        _streams[scores.Name] = _read = _last = new(scores, Stage.Scores, null, _begun[^1]);
    }

    /// Ends the head whose scores are read with these, cut to where the inputs lie. What the head began with is read next.
    public void EndHead(Node scores, LayerDeclaration source)
    {
        var begun = Begun;
        _scores[begun] = List(LayerKind.Crop, source, Graph.Add(Free(NameInHead("score")), new Align(), scores, _inputs[0].Result));
        _read = _last = new(begun.Features, Stage.Pixels);
    }

    /// Ends the heads that have come to the input's stride without an upsampling. What keeps one from it.
    public Problem? EndHeads()
    {
        foreach (var begun in _begun.Where(b => !_scores.ContainsKey(b)).ToList())
        {
            _read = _streams.Values.Last(s => s.Of == begun);
            var (stride, source) = (Coordinates.Stride(Head), _layers.First(l => l.Result == Head).Source);
            if (stride != 1) return Problem.At(source, null, ProblemId.NoUpsample, Name, Head.Name, stride.ToString());
            EndHead(Head, source);
        }
        return null;
    }

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
    public void Continue(Node head, Stage stage, string? tap = null) =>
        _streams[head.Name] = _read = _last = new(head, stage, tap, stage == Stage.Scores ? Begun : null);

    /// The first layer at which a way through the network ends that does not lead to an output, or an input that nothing reads.
    public Problem? Unread()
    {
        var read = new HashSet<Node>(Graph.Nodes.SelectMany(static n => n.Inputs).Concat(Build().Outputs.Select(static o => o.Node)));
        if (_layers.FirstOrDefault(l => !read.Contains(l.Result)) is { } layer)
            return Problem.At(layer.Source, null, ProblemId.NotRead, layer.Source.ToString(), layer.Name);
        return _inputs.FirstOrDefault(i => !read.Contains(i.Result)) is { Source: var source, Result.Op: Input input }
            ? Problem.At(source, null, ProblemId.UnreadInput, source.ToString(), input.Name, Name)
            : null;
    }

    /// The graph that came of it: heads' scores leave the network, in the order in which the heads began.
    public NetworkGraph Build() => Graph.Build(_begun.Select(b => new Output.Scores(_scores[b], b.Head)));

    /// Whether a head has begun, and whether one has ended.
    public (bool Begun, bool Ended) Heads => (_begun.Count > 0, _scores.Count > 0);

    /// What keeps a layer of features from standing here.
    public Problem? ExpectFeatures(LayerDeclaration layer) => Stage switch
    {
        Stage.Features or Stage.Pixels => null,
        Stage.Scores => Problem.At(layer, null, ProblemId.LayerAfterScore, layer.ToString(), Begun.Head.Name),
    };

    /// What keeps a layer of scores from standing here.
    public Problem? ExpectScores(LayerDeclaration layer) => Stage switch
    {
        Stage.Features => Problem.At(layer, null, ProblemId.BeforeScore, layer.ToString()),
        Stage.Scores when !_scores.ContainsKey(Begun) => null,
        Stage.Scores or Stage.Pixels => Problem.At(layer, null, ProblemId.LayerAfterUpsample, layer.ToString()),
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
