using System.Text;

namespace Fcn.Generator.Emit;

// C# text with indentation. Lines end with '\n' on every system; blocks close themselves:
// using (writer.Block("static void Run()")) { … }.
internal sealed class SourceWriter
{
    private readonly StringBuilder _text = new();
    private int _depth;

    /// Lines of text, each indented as deep as the blocks are; an empty line stays empty.
    public void Line(string lines = "")
    {
        foreach (string line in lines.Split('\n'))
            _text.Append(line.Length == 0 ? "" : new string(' ', 4 * _depth)).Append(line).Append('\n');
    }

    /// Text as it is.
    public void Raw(string text) => _text.Append(text);

    /// The header, then braces around what is written until the block is disposed.
    public Scope Block(string header) => Open($"{header}\n{{", "}");

    /// A list in brackets or parentheses, indented like a block.
    public Scope Open(string open, string close)
    {
        Line(open);
        _depth++;
        return new Scope(this, close);
    }

    public override string ToString() => _text.ToString();

    internal readonly struct Scope(SourceWriter writer, string close) : IDisposable
    {
        public void Dispose()
        {
            writer._depth--;
            writer.Line(close);
        }
    }
}
