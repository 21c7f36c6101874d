// What was typed → one sentence that says what is wrong with it, and one that helps.
using System.CommandLine;
using System.CommandLine.Parsing;

namespace Fcn.Cli;

static class Usage
{
    /// An argument that stands alone and may be left out.
    public static Argument<string?> Optional(string name, string help) =>
        new(name) { Description = help, Arity = ArgumentArity.ZeroOrOne };

    /// Any number of them.
    public static Argument<string[]> Many(string name, string help) => new(name) { Description = help, Arity = ArgumentArity.ZeroOrMore };

    /// Null where the arguments can be understood.
    public static (string Message, string Hint)? Mistake(ParseResult parsed, string[] args)
    {
        Command command = parsed.CommandResult.Command;
        string help = Help(parsed);
        if (Stray(parsed) is { } stray) return ($"There is no option '{stray}'.", Argument(stray) ?? Near(stray, command.Options));
        if (Flag(command, args) is var (flag, value)) return ($"{flag} {value}: expected true or false, or nothing.", help);
        if (parsed.Errors.Count == 0) return null;
        if (parsed.UnmatchedTokens.Count == 0) return (parsed.Errors[0].Message, help);
        string token = parsed.UnmatchedTokens[0];
        return command is RootCommand
            ? ($"There is no verb '{token}'.", Near(token, command.Subcommands))
            : ($"'{token}' is one argument too many.", help);

        // What people take for an option because other tools have it as one.
        string? Argument(string option) => command.Arguments.FirstOrDefault(a => a.Name == Bare(option)) is { } argument
            ? $"Give it without a name: fcn {command.Name} {argument.Name.ToUpperInvariant()}. {help}"
            : null;

        string Near(string typed, IEnumerable<Symbol> known) =>
            Nearest.To(Bare(typed), known.Select(static s => (Bare(s.Name), s.Name))) is { } near ? $"Did you mean {near}? {help}" : help;
    }

    /// Where to read on.
    public static string Help(ParseResult parsed) =>
        parsed.CommandResult.Command is RootCommand ? "See fcn --help." : $"See fcn {parsed.CommandResult.Command.Name} --help.";

    // A word that looks like an option but is none, is no value of one, and does not stand behind --.
    static string? Stray(ParseResult parsed)
    {
        var values = new HashSet<Token>(ReferenceEqualityComparer.Instance);
        foreach (Option option in parsed.CommandResult.Command.Options) values.UnionWith(parsed.GetResult(option)?.Tokens ?? []);
        return parsed.Tokens.TakeWhile(static t => t.Type != TokenType.DoubleDash)
            .FirstOrDefault(t => t.Type == TokenType.Argument && IsOption(t.Value) && !values.Contains(t))?.Value.Split('=', ':')[0];
    }

    // --json=maybe would be read as --json and an argument.
    static (string Flag, string Value)? Flag(Command command, string[] args)
    {
        foreach (string arg in args.TakeWhile(static a => a != "--"))
        {
            if (arg.Split(['=', ':'], 2) is not [var name, var value] || bool.TryParse(value, out _)) continue;
            if (command.Options.Any(o => o.Name == name && o.ValueType == typeof(bool))) return (name, value);
        }
        return null;
    }

    // Not a number below zero.
    static bool IsOption(string text) => text.Length > 1 && text[0] == '-' && !char.IsAsciiDigit(text[1]) && text[1] != '.';

    static string Bare(string option) => option.TrimStart('-');
}
