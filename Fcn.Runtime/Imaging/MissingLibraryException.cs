namespace Fcn.Imaging;

/// <summary>
/// A file needs a library that is not installed or does not load. All files of its format fail alike: whoever reads many says
/// <see cref="Cause"/> once.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="cause">Which library, what is wrong with it, the way out.</param>
public sealed class MissingLibraryException(string path, string cause) : MachineException($"Cannot read '{path}': {cause}")
{
    /// <summary>The message without the file.</summary>
    public string Cause => cause;
}
