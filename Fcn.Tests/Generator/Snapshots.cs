using Fcn.Generator;
using Fcn.Generator.Emit;
using Fcn.Generator.Graph;
using Xunit;

namespace Fcn.Tests.Generator;

// What the compiler makes of a declaration, as text.
public class Snapshots
{
    [Fact]
    public void TableOfFcn8s() => Snapshot.Verify(string.Join('\n', TableText.Lines(Compiler.Understand(Compilations.Declare(Sources.Fcn8s), CancellationToken.None).Table!)));

    [Fact]
    public void TinyDesugared() => Snapshot.Verify(Graph(Phase.Desugared));

    [Fact]
    public void TinyAligned() => Snapshot.Verify(Graph(Phase.Aligned));

    [Fact]
    public void TinySurface() => Snapshot.Verify(Assert.Single(Compilations.Files(Compilations.Of(Sources.Tiny), kernels: false)).Text, "cs");

    private static string Graph(Phase phase) => GraphPrinter.Print(Compiler.Understand(Compilations.Declare(Sources.Tiny), CancellationToken.None, phase).Graph!);
}
