// Text against a file beside the test, by the file conventions of Verify, so that a project can move between the two (docs/snapshot-tests.md lists them).
using System.Runtime.CompilerServices;
using System.Text;

namespace Fcn.Testing;

/// <summary>Compares text with what was agreed on: a file beside the test, named and written as Verify names and writes it.</summary>
public static class Snapshot
{
    // Verify's: with a byte order mark. Both read files without one too.
    private static readonly UTF8Encoding Encoding = new(encoderShouldEmitUTF8Identifier: true);

    /// <summary>
    /// Passes if <c>Type.Method.verified.ext</c> beside the test holds this text, and deletes an old <c>Type.Method.received.ext</c>. Otherwise writes the
    /// received file and throws; to accept the change, rename it to the verified one.
    /// </summary>
    /// <param name="text">What came out. Ends of lines count as \n; a newline at the end counts.</param>
    /// <param name="extension">Of the file, without a dot: cs, ptx, txt.</param>
    /// <param name="parameters">Of a parameterised test, in order: they follow the method's name as <c>_name=value</c>. Numbers, enums and strings.</param>
    /// <param name="typeName">
    /// The test's class, if it has another name than the file it stands in: <c>nameof(Other)</c>, or <c>"Outer.Inner"</c> for a nested one.
    /// </param>
    /// <param name="methodName">The test; the compiler fills it in.</param>
    /// <param name="sourceFile">Path of the test's file; the compiler fills it in.</param>
    /// <exception cref="SnapshotException">
    /// The text differs, is new, or the verified file has \r\n ends of lines; or the test's folder is not there, since the build hid its path.
    /// </exception>
    /// <exception cref="ArgumentException">The text is empty, which no file can agree to, or a parameter's value has no name.</exception>
    public static void Verify(
        string text, string extension = "txt", IReadOnlyList<(string Name, object? Value)>? parameters = null, string? typeName = null,
        [CallerMemberName] string methodName = "", [CallerFilePath] string sourceFile = "")
    {
        if (text.Length == 0) throw new ArgumentException("There is nothing to verify: the text is empty.", nameof(text));
        string folder = Folder(sourceFile);
        string name = SnapshotName.Of(typeName ?? Path.GetFileNameWithoutExtension(sourceFile), methodName, parameters ?? []);
        string verified = Path.Combine(folder, $"{name}.verified.{extension}"), received = Path.Combine(folder, $"{name}.received.{extension}");
        string now = text.Replace("\r\n", "\n").Replace('\r', '\n');

        // An empty file is what tools create for a diff's other side.
        string? agreed = File.Exists(verified) && new FileInfo(verified).Length > 0 ? File.ReadAllText(verified) : null;
        if (agreed == now)
        {
            File.Delete(received);
            return;
        }
        File.WriteAllText(received, now, Encoding);
        throw new SnapshotException(SnapshotMessage.Of(verified, received, agreed, now));
    }

    private static string Folder(string sourceFile) => Path.GetDirectoryName(sourceFile) is { Length: > 0 } folder && Directory.Exists(folder)
        ? folder
        : throw new SnapshotException(
            $"The folder of {sourceFile} is not there, so neither are its snapshots. Tests must run where they were built, and the build must keep paths: "
            + "set DeterministicSourcePaths to false in the test project (build/Fcn.Testing.props does it).");
}
