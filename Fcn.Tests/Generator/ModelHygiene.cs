using System.Collections;
using System.Reflection;
using Fcn.Generator;
using Fcn.Generator.Collections;
using Fcn.Generator.Declaration;
using Fcn.Generator.Source;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;
using Xunit;

namespace Fcn.Tests.Generator;

// The values between Roslyn's steps: no symbol, syntax, location or compilation can be reached from them, and equal sources yield equal
// values.
public class ModelHygiene
{
    private const BindingFlags Fields = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.DeclaredOnly;

    private const string Faulty = "using Fcn; [Fcn(Classes = 2), Conv(\"conv1\", 8, Kernel = 0), Score] public partial class Street;";

    [Theory]
    [InlineData(Sources.Tiny)]
    [InlineData(Sources.Fcn8s)]
    [InlineData(Faulty)]
    public void ModelsHoldNothingOfRoslyn(string source)
    {
        var run = Compilations.Run(Compilations.Of(source));
        string[] steps =
            [Steps.Read, Steps.Surface, Steps.SurfaceFiles, Steps.Kernels, Steps.KernelFiles, Steps.SharedFiles, Steps.Problems];
        int visited = 0;
        foreach (string step in steps.Where(run.TrackedSteps.ContainsKey))
            foreach (var (value, _) in run.TrackedSteps[step].SelectMany(static s => s.Outputs))
                visited += Visit(value, step, NothingYet());
        Assert.True(visited > 20, $"only {visited} objects were reached");
    }

    [Fact]
    public void TheWalkFindsWhatItLooksFor() =>
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Visit(new { Inner = new object[] { Location.None } }, "", NothingYet()));

    [Theory]
    [InlineData(Sources.Tiny)]
    [InlineData(Sources.Fcn8s)]
    [InlineData(Faulty)]
    public void EqualSourcesYieldEqualValues(string source)
    {
        var (one, other) = (Read(source), Read(source));
        Assert.NotSame(one, other);
        Assert.Equal(one, other);
        Assert.Equal(one.GetHashCode(), other.GetHashCode());
        var (text, again) = (Compiler.Surface(one, Compilations.Project, CancellationToken.None), Compiler.Surface(other, Compilations.Project, CancellationToken.None));
        Assert.Equal(text, again);
        Assert.Equal(text.GetHashCode(), again.GetHashCode());
    }

    [Theory]
    [InlineData("Classes = 3", "Classes = 4")]
    [InlineData("Mean = new[] { 128f }", "Mean = new[] { 127f }")]
    [InlineData("\"pool2\"", "\"pool3\"")]
    [InlineData("Relu = false", "Relu = true")]
    [InlineData("namespace User;", "namespace Other;")]
    public void OtherSourcesYieldOtherValues(string from, string to) =>
        Assert.NotEqual(Read(Sources.Tiny), Read(Sources.Tiny.Replace(from, to)));

    [Fact]
    public void ArraysAreEqualByValue()
    {
        EquatableArray<int> one = [1, 2, 3], same = [1, 2, 3], other = [1, 2, 4], empty = [];
        Assert.Equal(one, same);
        Assert.Equal(one.GetHashCode(), same.GetHashCode());
        Assert.NotEqual(one, other);
        Assert.Equal(empty, default);
        Assert.True(one == same && one != other && one[2] == 3 && empty.Count == 0);
    }

    private static Reading Read(string source) =>
        (Reading)Compilations.Run(Compilations.Of(source), kernels: false).TrackedSteps[Steps.Read].Single().Outputs.Single().Value;

    private static HashSet<object> NothingYet() => new(ReferenceEqualityComparer.Instance);

    private static int Visit(object? value, string path, HashSet<object> seen)
    {
        if (value is null or string || value.GetType() is { IsPrimitive: true } or { IsEnum: true } || !seen.Add(value)) return 0;
        bool ofRoslyn = value is ISymbol or SyntaxNode or SyntaxTree or SyntaxReference or Location or Compilation or AttributeData
            or SemanticModel or SourceText;
        Assert.False(ofRoslyn, $"{path} holds a {value.GetType()}");
        int visited = 1;
        if (value is IEnumerable items)
            foreach (object? item in items) visited += Visit(item, $"{path}[]", seen);
        for (var type = value.GetType(); type is not null && type != typeof(object); type = type.BaseType)
            foreach (var field in type.GetFields(Fields))
                visited += Visit(field.GetValue(value), $"{path}.{field.Name}", seen);
        return visited;
    }
}
