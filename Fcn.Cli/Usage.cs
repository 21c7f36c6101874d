// Arguments that cannot be parsed → one sentence that says what is wrong, and one that helps.
using System.CommandLine;
using System.CommandLine.Parsing;

namespace Fcn.Cli;

static class Usage
{
    /// An argument that stands alone and may be left out. A misspelt option is not taken for it.
    public static Argument<string?> Optional(string name, string help) =>
        RefuseOptions(new Argument<string?>(name) { Description = help, Arity = ArgumentArity.ZeroOrOne });

    /// Any number of them.
    public static Argument<string[]> Many(string name, string help) =>
        RefuseOptions(new Argument<string[]>(name) { Description = help, Arity = ArgumentArity.ZeroOrMore });

    public static (string Message, string Hint) Explain(ParseResult parsed, string[] args)
    {
        Command command = parsed.CommandResult.Command;
        bool isRoot = command is RootCommand;
        string help = isRoot ? "See fcn --help." : $"See fcn {command.Name} --help.";
        IEnumerable<Option> options = command.Options;
        string? option = Array.Find(args, a => IsOption(a) && !options.Any(o => o.Name == Stem(a) || o.Aliases.Contains(Stem(a))));
        if (option is not null) return ($"There is no option '{Stem(option)}'.", Near(Stem(option), options.Select(static o => o.Name)));
        if (parsed.UnmatchedTokens.Count == 0) return (parsed.Errors[0].Message, help);
        string token = parsed.UnmatchedTokens[0];
        return isRoot
            ? ($"There is no verb '{token}'.", Near(token, command.Subcommands.Select(static c => c.Name)))
            : ($"'{token}' is one argument too many.", help);

        string Near(string typed, IEnumerable<string> known) =>
            Nearest.To(typed, known.Select(static n => (n, n))) is { } near ? $"Did you mean {near}? {help}" : help;
    }

    static Argument<T> RefuseOptions<T>(Argument<T> argument)
    {
        argument.Validators.Add(static result =>
        {
            Token? option = result.Tokens.FirstOrDefault(static t => IsOption(t.Value));
            if (option is not null) result.AddError($"There is no option '{option.Value}'.");
        });
        return argument;
    }

    // Not a number below zero.
    static bool IsOption(string text) => text.Length > 1 && text[0] == '-' && !char.IsAsciiDigit(text[1]) && text[1] != '.';

    static string Stem(string option) => option.Split('=', ':')[0];
}
