using Fcn.Generator;
using Xunit;

namespace Fcn.Tests.Architecture;

// The generator's folders depend one way. A folder may mention its own types and those of the folders above it in the table, in code as in
// signatures.
public sealed class FolderOrder
{
    private const string Root = "Fcn.Generator";

    // By namespace behind Fcn.Generator; the last is the compiler itself, which knows them all. A folder within a folder stands behind its
    // dot.
    private static readonly string[] Order =
    [
        "Collections",   // lists with value equality
        "Text",          // numbers, identifiers and files as text
        "Kernels",       // the kernel language, and the index algebra that is lowered to it
        "Simplify",      // passes from kernel to kernel
        "Graph",         // what an op, a node, a graph and its outputs are
        "Ops",           // the mathematics
        "Declaration",   // what the user wrote, as values
        "Diagnostics",   // what can be wrong with it
        "Layers",        // the vocabulary, spelled out in ops
        "Source",        // the user's source, by Roslyn's symbols
        "Passes",        // graph to graph
        "Schedule",      // graph to launches and kernels
        "Targets",       // kernels to text
        "Emit",          // files
        "",
    ];

    [Fact]
    public void Every_folder_depends_on_those_above_it()
    {
        var broken = Broken().Select(static r => $"{r.From} -> {r.To}").ToList();
        Assert.True(broken.Count == 0, $"These types mention types of folders below their own:\n{string.Join('\n', broken)}");
    }

    [Fact]
    public void The_table_names_every_folder() => Assert.Equal(
        Order.Order(StringComparer.Ordinal),
        typeof(FcnGenerator).Assembly.GetTypes().Select(static t => t.Namespace).OfType<string>().Where(IsOurs)
            .Select(static n => Folder($"{n}.")).Distinct().Order(StringComparer.Ordinal));

    private static IEnumerable<(string From, string To)> Broken() => TypeReferences.Of(typeof(FcnGenerator).Assembly.Location)
        .Where(static r => IsOurs(r.From) && IsOurs(r.To) && Rank(r.From) < Rank(r.To));

    private static bool IsOurs(string name) => name == Root || name.StartsWith($"{Root}.", StringComparison.Ordinal);

    private static int Rank(string type) => Array.IndexOf(Order, Folder(type));

    // Of Fcn.Generator.Schedule.Gpu.GpuMap it is Schedule, of Fcn.Generator.Compiler nothing.
    private static string Folder(string type) => type.Split('.') is { Length: > 3 } parts ? parts[2] : "";
}
