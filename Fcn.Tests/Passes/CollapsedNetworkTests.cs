using Fcn.Devices.Cpu;
using Fcn.Generator.Graph;
using Fcn.Generator.Schedule;
using Fcn.Tests.Ops;
using Xunit;

namespace Fcn.Tests.Passes;

// A collapsed border changes no score, at any size, and gradients by rounding alone; one row more would change maps. Maps and scores by
// compiled kernels at many sizes, bit for bit; gradients by the interpreter, in double precision, at a few.
public sealed class CollapsedNetworkTests
{
    private static readonly int[] Sizes = [.. Enumerable.Range(1, 33), 98, 99, 100, 131, 202, 203];

    private static readonly SimdLevel Level = Enum.GetValues<SimdLevel>().Last(CpuDevice.Supports);

    private static readonly Lazy<CompiledOps> Compiled = new(() =>
        new(Twins.All.SelectMany(t => new[] { t.Declared, t.Collapsed, t.TooFar }.Select(g => t.At(g, 1, 1)))));

    public static TheoryData<string> Names => [.. Twins.All.Select(static t => t.Name)];

    [Theory, MemberData(nameof(Names))]
    public void Scores_are_the_same_at_every_size(string name)
    {
        var twins = Twins.All.Single(t => t.Name == name);
        using var pool = new CpuPool(2);
        foreach (int n in Sizes)
        {
            foreach (string graph in new[] { "y", "scores" })
            {
                double[] declared = Run(twins, twins.Declared, graph, n, 5, pool).Map, collapsed = Run(twins, twins.Collapsed, graph, n, 5, pool).Map;
                Assert.Equal(declared.Length, collapsed.Length);
                Assert.True(declared.Distinct().Count() > 5, $"{name}, {n}x5, {graph} says nothing");
                for (int i = 0; i < declared.Length; i++)
                    Assert.True(declared[i] == collapsed[i], $"{name}, {n}x5, {graph} {i}: {declared[i]} and {collapsed[i]}");
            }
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void One_row_more_would_be_wrong(string name)
    {
        var twins = Twins.All.Single(t => t.Name == name);
        using var pool = new CpuPool(2);
        Assert.Contains(Sizes, n =>
        {
            double[] declared = Run(twins, twins.Declared, "y", n, 5, pool).Map, tooFar = Run(twins, twins.TooFar, "y", n, 5, pool).Map;
            Assert.Equal(declared.Length, tooFar.Length);
            return !declared.SequenceEqual(tooFar);
        });
    }

    [Theory]
    [InlineData("Vgg", 2)]
    [InlineData("AlexNet", 3)]
    [InlineData("Strided", 6)]
    [InlineData("Patches", 5)]
    public void Gradients_are_the_same(string name, params int[] sizes)
    {
        var twins = Twins.All.Single(t => t.Name == name);
        foreach (int n in sizes)
            Same(Interpret(twins.At(twins.Declared, n, 1, training: true)), Interpret(twins.At(twins.Collapsed, n, 1, training: true)), name, n);
    }

    private static Outcome Run(Twins twins, NetworkGraph graph, string what, int height, int width, CpuPool pool) =>
        Compiled.Value.Run(twins.At(graph, height, width), what, Level, pool);

    private static Outcome Interpret(OpGraph op) => new InterpretedSchedule(op, "training", Machine.Avx512).Run();

    private static void Same(Outcome declared, Outcome collapsed, string name, int n)
    {
        Assert.True(declared.Loss > 0);
        Close.Within(1e-10, [collapsed.Loss], [declared.Loss], $"{name} at {n}, loss");
        Assert.Equal(declared.Gradients.Keys, collapsed.Gradients.Keys);
        Assert.All(declared.Gradients, g => Assert.True(g.Value.Any(static v => v != 0), $"{name} at {n}: the gradient of {g.Key} is zero"));
        foreach (var (parameter, gradient) in declared.Gradients)
            Close.Within(1e-10, collapsed.Gradients[parameter], gradient, $"{name} at {n}, gradient of {parameter}");
    }
}
