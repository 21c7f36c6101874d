namespace Fcn.Tests.Ptx;

/// <summary>PTX text that is refused: the line's number, what is wrong and the line itself.</summary>
internal sealed class PtxSyntaxException(int line, string problem, string text)
    : Exception(FormattableString.Invariant($"line {line}: {problem}\n    {text.Trim()}"))
{
    /// <summary>The line, counted from 1.</summary>
    public int Line { get; } = line;
}
