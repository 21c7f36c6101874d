namespace Fcn.Generator.Text;

// Layer names become C# identifiers, file names and tensor names; type names and namespaces are repeated in generated code.
internal static class Identifier
{
    // C# language specification 6.4.4, the reserved ones: contextual keywords are legal identifiers.
    private static readonly HashSet<string> Keywords =
    [
        "abstract", "as", "base", "bool", "break", "byte", "case", "catch", "char", "checked", "class", "const", "continue",
        "decimal", "default", "delegate", "do", "double", "else", "enum", "event", "explicit", "extern", "false", "finally",
        "fixed", "float", "for", "foreach", "goto", "if", "implicit", "in", "int", "interface", "internal", "is", "lock", "long",
        "namespace", "new", "null", "object", "operator", "out", "override", "params", "private", "protected", "public", "readonly",
        "ref", "return", "sbyte", "sealed", "short", "sizeof", "stackalloc", "static", "string", "struct", "switch", "this",
        "throw", "true", "try", "typeof", "uint", "ulong", "unchecked", "unsafe", "ushort", "using", "virtual", "void", "volatile",
        "while",
    ];

    public static bool IsKeyword(string name) => Keywords.Contains(name);

    public static string Escape(string name) => IsKeyword(name) ? $"@{name}" : name;

    /// The name as a declaration says it. A type's name of lower-case letters alone is a word that C# has, or may come to have (CS8981).
    public static string EscapeType(string name) => name.All(static c => c is >= 'a' and <= 'z') ? $"@{name}" : name;

    /// Letters, digits and underscores of ASCII, no digit in front: legal in C#, in every file system and in every weight file.
    public static bool IsPlain(string name) =>
        name.Length > 0 && !IsDigit(name[0]) && name.All(static c => IsDigit(c) || IsLetter(c) || c == '_');

    /// The nearest legal name, as a proposal for a message.
    public static string Nearest(string name)
    {
        string legal = new(name.Select(static c => IsDigit(c) || IsLetter(c) ? c : '_').ToArray());
        return legal.Length == 0 ? "conv1" : IsDigit(legal[0]) || IsKeyword(legal) ? $"layer_{legal}" : legal;
    }

    private static bool IsDigit(char c) => c is >= '0' and <= '9';

    private static bool IsLetter(char c) => c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z');
}
