using Fcn.Tests.Ops;
using Fcn.Generator.Graph;
using Fcn.Generator.Kernels;
using Fcn.Generator.Ops;
using Fcn.Generator.Schedule;
using Xunit;

namespace Fcn.Tests.Schedule;

// What every machine's planner has in common, on a machine made for it: a map per node, a kernel that reads its inputs and writes the node.
public sealed class PlannerTests
{
    [Fact]
    public void Buffers_live_from_the_first_launch_that_touches_them_to_the_last()
    {
        var mode = new Copies(Chain()).Plan(Modes.Segment);
        Assert.Equal(["data", "a", "b", "sum"], mode.Launches.Select(l => l.Label));
        Assert.Equal([("data", 0, 1), ("a", 1, 3), ("b", 2, 3), ("sum", 3, 3)], mode.Buffers.Select(b => (b.Name, b.First, b.Last)));
    }

    [Fact]
    public void A_border_is_cleared_before_the_first_touch()
    {
        var mode = new Copies(Chain()) { Bordered = ["a", "sum"] }.Plan(Modes.Segment);
        Assert.Equal(["data", "a_border", "a", "b", "sum_border", "sum"], mode.Launches.Select(l => l.Label));
        Assert.Equal([("data", 0, 2), ("a", 1, 5), ("b", 3, 5), ("sum", 4, 5)], mode.Buffers.Select(b => (b.Name, b.First, b.Last)));
    }

    // Kernels of one body share the object; their launches do not share memory.
    [Fact]
    public void Kernels_of_equal_keys_have_one_body()
    {
        var launches = new Copies(Chain()).Plan(Modes.Segment).Launches;
        Assert.Same(launches[1].Kernel.Body, launches[2].Kernel.Body);
        Assert.NotSame(launches[0].Kernel.Body, launches[3].Kernel.Body);
        Assert.Equal(["a", "b"], launches.Skip(1).Take(2).Select(l => l.Name));
        Assert.Equal(["a data", "a b"], launches.Skip(1).Take(2).Select(l => string.Join(' ', l.Touched.Order())));
    }

    [Fact]
    public void What_nodes_share_is_written_once_before_the_first_of_them()
    {
        var mode = new Copies(Chain()) { Table = true }.Plan(Modes.Segment);
        Assert.Equal(["table", "data", "a", "b", "sum"], mode.Launches.Select(l => l.Label));
        Assert.Equal(("table", 0, 4), mode.Buffers.Where(b => b.Name == "table").Select(b => (b.Name, b.First, b.Last)).Single());
    }

    [Fact]
    public void What_was_prepared_is_written_once_for_all_modes_and_lives_through_them()
    {
        var preparation = new Preparation();
        foreach (string mode in new[] { Modes.Segment, Modes.Scores })
        {
            var planned = new Copies(Chain(), preparation) { Packs = true }.Plan(mode);
            Assert.DoesNotContain("packed", planned.Buffers.Select(b => b.Name));
            Assert.Contains("packed", planned.Launches.SelectMany(l => l.Touched));
        }
        var (forward, backward) = (preparation.Schedules[0], preparation.Schedules[1]);
        Assert.Equal((Modes.Prepare, "packed"), (forward.Name, Assert.Single(forward.Launches).Label));
        Assert.Equal(("packed", 0, 0), forward.Buffers.Select(b => (b.Name, b.First, b.Last)).Single());
        Assert.Equal((Modes.PrepareTraining, 0, 0), (backward.Name, backward.Launches.Count, backward.Buffers.Count));
    }

    [Fact]
    public void Sizes_are_counted_once_in_64_bits()
    {
        var mode = new Copies(Chain()) { Table = true }.Plan(Modes.Segment);
        var count = Assert.Single(mode.Counts);
        Assert.Equal(("pixels", KernelType.Index), (count.Name, count.Value.Type));
    }

    [Fact]
    public void The_smallest_input_leaves_every_map_a_pixel()
    {
        var graph = new GraphBuilder();
        Node data = graph.Add("data", new Input(1));
        Node pool = graph.Add("pool", new MaxPool(2, 2), graph.Add("crop", new Crop(2, Extent.Input.Plus(-4)), data));
        Assert.Equal(5, new Copies(graph.Build([new Output.Scores(pool, OpGraph.Only)])).Plan(Modes.Segment).Smallest);
        Assert.Equal(1, new Copies(Chain()).Plan(Modes.Segment).Smallest);
    }

    [Fact]
    public void Two_buffers_of_one_name_are_a_fault() => Assert.Contains(
        "There are two buffers 'a'",
        Assert.Throws<InvalidOperationException>(() => new Copies(Chain()).Buffer("a", Element.Float, 4, 2)).Message);

    [Fact]
    public void A_role_that_is_bound_to_another_type_is_a_fault()
    {
        var kernel = new KernelBuilder();
        kernel.Store(Value.Field("y", KernelType.To(Element.Float)), 0, Value.Float(1));
        var message = Assert.Throws<InvalidOperationException>(
            () => Launch.Of(kernel.Build("one", ""), 1, Launch.Bind("y", Value.Field("labels", KernelType.To(Element.Byte))))).Message;
        Assert.StartsWith("one: 'y' is ", message);
    }

    private static NetworkGraph Chain()
    {
        var graph = new GraphBuilder();
        Node data = graph.Add("data", new Input(1)), a = graph.Add("a", new Relu(), data), b = graph.Add("b", new Relu(), a);
        return graph.Build([new Output.Scores(graph.Add("sum", new Add(), a, b), OpGraph.Only)]);
    }

    // y[0] = the sum of x0[0], x1[0], ….
    private sealed class Copies(NetworkGraph graph, Preparation? preparation = null) : Planner(graph, preparation ?? new())
    {
        protected override IEnumerable<string> EngineFields => GeneratedName.CpuFields;

        private readonly Dictionary<Node, Value> _maps = [];

        public IReadOnlyList<string> Bordered { get; init; } = [];

        public bool Table { get; init; }

        public bool Packs { get; init; }

        public void Buffer(string name, Element element, Value bytes, int times)
        {
            for (int i = 0; i < times; i++) Buffer(name, element, bytes);
        }

        protected override void Place(Node node)
        {
            _maps[node] = Buffer(node.Name, Element.Float, 4);
            Sized(Value.Field($"{node.Name}_H", KernelType.Int), Value.Field($"{node.Name}_W", KernelType.Int), node.Map.Size);
        }

        protected override IReadOnlyList<Launch> Lower(Node node)
        {
            List<Value> read = [.. node.Inputs.Select(i => _maps[i])];
            if (Table)
            {
                Value pixels = Size("pixels", Value.Field("N", KernelType.Int) * Value.Field("H", KernelType.Int));
                read.Add(Shared("pixels of the table", "table", Element.Float, 4, table => Write("table", table, [])));
                Assert.Equal(("pixels", KernelType.Int), (pixels.Name, pixels.Type));
            }
            if (Packs) read.Add(Packed("packed", Element.Float, 64, backward: false, packed => Write("pack", packed, [])));
            return [Write(node.Name, _maps[node], read)];
        }

        protected override Launch? Border(string memory) => Bordered.Contains(memory)
            ? Launch.OfRuntime("clear_border", $"{memory}_border", 1, ("map", Value.Field(memory, KernelType.To(Element.Float)))) : null;

        private Launch Write(string name, Value y, IReadOnlyList<Value> read)
        {
            var kernel = Kernel(read.Count, name, "", () =>
            {
                var builder = new KernelBuilder();
                Value sum = Value.Float(0);
                for (int i = 0; i < read.Count; i++) sum += Value.Field(Role(i), KernelType.To(Element.Float)).Load(0);
                builder.Store(Value.Field("y", KernelType.To(Element.Float)), 0, sum);
                return builder.Build(name, "");
            });
            return Launch.Of(kernel, 1, Launch.Bind("y", y), read.Select(static (x, i) => KeyValuePair.Create(Role(i), x)));
        }

        private static string Role(int input) => FormattableString.Invariant($"x{input}");
    }
}
