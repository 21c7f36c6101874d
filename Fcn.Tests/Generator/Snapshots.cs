using Fcn.Generator;
using Fcn.Generator.Emit;
using Fcn.Generator.Graph;
using Fcn.Testing;
using Xunit;

namespace Fcn.Tests.Generator;

// What the compiler makes of a declaration, as text.
public class Snapshots
{
    [Fact]
    public void TableOfFcn8s() => Snapshot.Verify(string.Join('\n', TableText.Lines(Understand(Sources.Fcn8s).Table!)));

    [Fact]
    public void TinyDesugared() => Snapshot.Verify(GraphPrinter.Print(Compilations.Desugared(Sources.Tiny)));

    [Fact]
    public void TinyAligned() => Snapshot.Verify(GraphPrinter.Print(Understand(Sources.Tiny).Graph!));

    [Fact]
    public void TinySurface() =>
        Snapshot.Verify(Assert.Single(Compilations.Files(Compilations.Of(Sources.Tiny), kernels: false)).Text, "cs");

    [Fact]
    public void BranchedSurface() =>
        Snapshot.Verify(Assert.Single(Compilations.Files(Compilations.Of(Sources.Branched), kernels: false)).Text, "cs");

    private static Front Understand(string source) => Compiler.Understand(Compilations.Declare(source), CancellationToken.None);
}
