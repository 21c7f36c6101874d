// What a failed snapshot throws: of no test framework, readable in all of them.
namespace Fcn.Testing;

/// <summary>A text is not what was agreed on, or there is no agreement yet. The message names both files and the first line that differs.</summary>
public sealed class SnapshotException : Exception
{
    /// <summary>A failure with its message, in the form of Verify's messages, which editors and tools can read.</summary>
    public SnapshotException(string message) : base(message) { }
}
