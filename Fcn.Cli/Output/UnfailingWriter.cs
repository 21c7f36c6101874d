using System.Text;
using Spectre.Console;

namespace Fcn.Cli.Output;

/// A writer that never throws: what another cannot take, because its disk is full or its terminal is closed, is dropped and the first
/// reason kept. Work that takes hours does not end over a line about it.
sealed class UnfailingWriter(TextWriter inner) : TextWriter
{
    /// Why something was dropped; null where nothing was.
    public Exception? Failure { get; private set; }

    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => Try(() => inner.Write(value));

    public override void Write(char[] buffer, int index, int count) => Try(() => inner.Write(buffer, index, count));

    public override void Write(string? value) => Try(() => inner.Write(value));

    public override void Flush() => Try(inner.Flush);

    void Try(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            Failure ??= e;
        }
    }
}

/// What Spectre.Console asks about a writer, answered by the one within.
sealed class UnfailingOutput(UnfailingWriter writer, TextWriter inner) : IAnsiConsoleOutput
{
    readonly AnsiConsoleOutput output = new(inner);

    public TextWriter Writer => writer;

    public bool IsTerminal => output.IsTerminal;

    public int Width => output.Width;

    public int Height => output.Height;

    public void SetEncoding(Encoding encoding) => output.SetEncoding(encoding);
}
