using System.Runtime.CompilerServices;
using Xunit;

namespace Fcn.Tests.Generator;

// Text against a file beside the test, by Verify's conventions: Class.Method.verified.txt is what was agreed on, Class.Method.received.txt
// what came out instead; to accept a change, rename the received file.
internal static class Snapshot
{
    public static void Verify(
        string text, string extension = "txt", [CallerFilePath] string test = "", [CallerMemberName] string method = "")
    {
        string name = Path.Combine(Path.GetDirectoryName(test)!, $"{Path.GetFileNameWithoutExtension(test)}.{method}");
        string verified = $"{name}.verified.{extension}", received = $"{name}.received.{extension}";
        string agreed = File.Exists(verified) ? File.ReadAllText(verified).Replace("\r\n", "\n") : "";
        if (agreed == text)
        {
            File.Delete(received);
            return;
        }
        File.WriteAllText(received, text);
        string[] old = agreed.Split('\n'), now = text.Split('\n');
        int line = Enumerable.Range(0, Math.Max(old.Length, now.Length)).First(i => i >= old.Length || i >= now.Length || old[i] != now[i]);
        Assert.Fail($"{Path.GetFileName(received)} differs from {Path.GetFileName(verified)} in line {line + 1}:\n"
            + $"  agreed:   {(line < old.Length ? old[line] : "(end)")}\n  received: {(line < now.Length ? now[line] : "(end)")}");
    }
}
