using Fcn.Cli;
using Fcn.Cli.Output;

namespace Fcn.Tests.Cli;

/// <summary>The tool as tests call it: arguments in; exit code, output and errors out.</summary>
static class Tool
{
    public static ToolResult Run(params string[] args) => Run(CancellationToken.None, args);

    public static ToolResult Run(CancellationToken cancellation, params string[] args) => Run(PaperNetworks.All, cancellation, args);

    public static ToolResult Run(NetworkCatalog networks, CancellationToken cancellation, params string[] args)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        int code = Run(networks, output, error, cancellation, args);
        return new ToolResult(code, output.ToString(), error.ToString());
    }

    public static int Run(TextWriter output, TextWriter error, CancellationToken cancellation, params string[] args) =>
        Run(PaperNetworks.All, output, error, cancellation, args);

    static int Run(NetworkCatalog networks, TextWriter output, TextWriter error, CancellationToken cancellation, string[] args)
    {
        var terminal = new Terminal(output, error) { PlainInterval = TimeSpan.Zero };
        return FcnTool.Run(args, networks, new DeviceCatalog([]), terminal, cancellation);
    }
}

/// <summary>What a call left.</summary>
sealed record ToolResult(int Code, string Output, string Error)
{
    public string LastLine => Output.TrimEnd('\n').Split('\n')[^1];
}
