// Where a verb speaks: colours, tables and a live bar on a terminal, plain lines of any length where output goes to a file or a pipe.
using System.Text;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Fcn.Cli.Output;

/// Output and errors of one run of the tool. Nothing here throws because it cannot be printed.
sealed class Terminal
{
    // Nobody folds lines in a file: who searches it finds whole sentences.
    const int PlainWidth = short.MaxValue;

    readonly UnfailingWriter output;
    readonly UnfailingWriter error;
    readonly IAnsiConsole console;
    readonly IAnsiConsole errors;
    readonly bool live;

    public Terminal(TextWriter output, TextWriter error)
    {
        (this.output, this.error) = (new UnfailingWriter(output), new UnfailingWriter(error));
        (console, errors) = (Open(this.output, output), Open(this.error, error));
        live = console.Profile.Out.IsTerminal && console.Profile.Capabilities.Ansi;
    }

    /// The process's own.
    public static Terminal OfConsole()
    {
        try
        {
            if (!Console.IsOutputRedirected) Console.OutputEncoding = Encoding.UTF8;
        }
        catch (IOException)
        {
            // A console that is gone shows no letters at all.
        }
        return new Terminal(Console.Out, Console.Error);
    }

    public TextWriter Writer => output;

    public TextWriter ErrorWriter => error;

    /// Why something could not be printed; null where all was.
    public Exception? Failure => output.Failure ?? error.Failure;

    /// How long plain output may be silent during work.
    public TimeSpan PlainInterval { get; init; } = TimeSpan.FromSeconds(5);

    public void Line(string text = "")
    {
        if (live) console.WriteLine(text);
        else Writer.Write(text + "\n");
    }

    public void Show(IRenderable table)
    {
        console.Write(table);
    }

    public void Error(string message) => Tell($"error: {message}\n", new Style(Color.Red));

    /// One line that does not end the run; above the bar where both share a terminal.
    public void Warning(string message)
    {
        if (live && errors.Profile.Out.IsTerminal) console.WriteLine($"warning: {message}", new Style(Color.Yellow));
        else ErrorWriter.Write($"warning: {message}\n");
    }

    public void Hint(string message) => Tell(message + "\n", Style.Plain);

    /// Work that takes a while; done of total steps are behind it already.
    public T Track<T>(string title, long done, long total, Func<Track, T> work)
    {
        if (!live) return work(new PlainTrack(this, title, done, total));
        return console.Progress().AutoClear(true)
            .Columns(new ProgressBarColumn { Width = 24 }, new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
            .Start(context => work(new LiveTrack(context.AddTask(Markup.Escape(title), maxValue: total), title, done, total)));
    }

    /// The same for work without a result.
    public void Track(string title, long done, long total, Action<Track> work) => Track(title, done, total, track =>
    {
        work(track);
        return true;
    });

    void Tell(string text, Style style)
    {
        if (errors.Profile.Out.IsTerminal) errors.Write(new Text(text, style));
        else ErrorWriter.Write(text);
    }

    static IAnsiConsole Open(UnfailingWriter writer, TextWriter inner)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new UnfailingOutput(writer, inner) });
        if (!console.Profile.Out.IsTerminal)
        {
            console.Profile.Width = PlainWidth;
            console.Profile.Capabilities.Ansi = false;
            console.Profile.Capabilities.ColorSystem = ColorSystem.NoColors;
        }
        return console;
    }
}
