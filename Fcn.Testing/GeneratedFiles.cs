// The generated files of one network: finds them in the folder of a build, and the layer table in the first of them.
using System.Text.RegularExpressions;

namespace Fcn.Testing;

internal sealed class GeneratedFiles
{
    private const string Ending = "g.cs";

    // Generator's assembly, then its class: how the compiler sorts what it writes.
    private static readonly string Place = Path.Combine("Fcn.Generator", "Fcn.Generator.FcnGenerator");

    private readonly string folder;
    private readonly string first;

    public GeneratedFiles(string folder, string network)
    {
        Network = network;
        this.folder = Directory.Exists(Path.Combine(folder, Place)) ? Path.Combine(folder, Place) : folder;
        first = Surface(network) ?? throw new FcnException(
            $"{network}.g.cs is not in {this.folder}. " + (Directory.Exists(this.folder)
                ? "The folder belongs to another build or another network."
                : "The folder is gone: tests must run where they were built, with obj/ still there.")
            + " Build the project that declares the network, with EmitCompilerGeneratedFiles set to true (build/Fcn.Testing.props does it) and with "
            + "Fcn.Generator as an analyzer.");
    }

    /// Full name of the network's class.
    public string Network { get; }

    /// Name of the network's class.
    public string Name => Network[(Network.LastIndexOf('.') + 1)..];

    /// Lines of the network's own file of this ending, such as CpuKernels.g.cs; null if there is none.
    public string[]? Find(string ending) => Lines(first[..^Ending.Length] + ending);

    /// Lines of a file that networks share, such as Fcn.Generated.Ptx.conv_fp32_128x128_454cab56e3ebfa8e.g.cs.
    public string[] Shared(string name) => Lines($"{name}.g.cs")
        ?? throw new FcnException($"{Network} names {name}, but {name}.g.cs is not in {folder}: the folder was cleared in part. Build again.");

    /// Comment at the head of the surface, without its slashes.
    public string LayerTable
    {
        get
        {
            string[] table = [.. Find("g.cs")!.SkipWhile(l => !l.StartsWith($"// {Name}:", StringComparison.Ordinal))
                .TakeWhile(static l => l.StartsWith("//", StringComparison.Ordinal)).Select(static l => l.Length > 3 ? l[3..] : "")];
            return table.Length > 0
                ? string.Join('\n', table)
                : throw new FcnException($"{Network} was not compiled: its declaration has errors. See the messages of the build.");
        }
    }

    // Of two networks whose names differ in case alone, one's files have a number: A.NET.g.cs, A.Net.2.g.cs.
    private string? Surface(string network)
    {
        var name = new Regex($@"^{Regex.Escape(network)}\.([0-9]+\.)?{Regex.Escape(Ending)}$");
        return Directory.Exists(folder) ? Directory.EnumerateFiles(folder).Select(f => Path.GetFileName(f)).FirstOrDefault(f => name.IsMatch(f)) : null;
    }

    private string[]? Lines(string file)
    {
        string path = Path.Combine(folder, file);
        return File.Exists(path) ? File.ReadAllText(path).Replace("\r\n", "\n").Split('\n') : null;
    }
}
