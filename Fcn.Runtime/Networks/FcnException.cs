namespace Fcn;

/// <summary>
/// Something the caller can mend: a file, an option or a size is not what is needed. The message names it, gives the numbers and the way out.
/// </summary>
public class FcnException : Exception
{
    /// <summary>An error with its message.</summary>
    public FcnException(string message) : base(message) { }

    /// <summary>An error with its message and cause.</summary>
    public FcnException(string message, Exception? inner) : base(message, inner) { }
}
