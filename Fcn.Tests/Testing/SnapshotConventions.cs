using System.Text;
using Fcn.Testing;
using Xunit;

namespace Fcn.Tests.Testing;

// Every convention of Verify that Snapshot follows, one test each; docs/snapshot-tests.md lists them.
public sealed class SnapshotConventions : IDisposable
{
    private const string Text = "/// conv1\nvoid conv1()\n{\n}";

    private readonly TempFolder _folder = new();

    private string Folder => Path.GetDirectoryName(_folder["file"])!;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void FilesLieBesideTheTestAndAreNamedAfterClassAndMethod()
    {
        Fails(() => Verify(Text, "cs"));
        Assert.Equal(["Kernels.Conv1.received.cs"], _folder.Names);
    }

    [Fact]
    public void TheExtensionIsTxtUnlessOneIsGiven()
    {
        Fails(() => Verify(Text));
        Assert.Equal(["Kernels.Conv1.received.txt"], _folder.Names);
    }

    [Fact]
    public void AClassMayHaveAnotherNameThanItsFile()
    {
        Fails(() => Verify(Text, "cs", typeName: "Outer.Inner"));
        Assert.Equal(["Outer.Inner.Conv1.received.cs"], _folder.Names);
    }

    [Theory]
    [InlineData("pool1", "_value=pool1")]
    [InlineData(KernelTarget.Cpu, "_value=Cpu")]
    [InlineData(3, "_value=3")]
    [InlineData(0.5, "_value=0.5")]
    [InlineData(true, "_value=True")]
    [InlineData(null, "_value=null")]
    [InlineData("a/b:c?", "_value=a-b-c-")]
    [InlineData(new[] { 1, 2 }, "_value=1,2")]
    [InlineData(new int[0], "_value=[]")]
    public void ParametersFollowTheMethod(object? value, string suffix)
    {
        Fails(() => Verify(Text, "cs", [("value", value)]));
        Assert.Equal([$"Kernels.Conv1{suffix}.received.cs"], _folder.Names);
    }

    [Fact]
    public void SeveralParametersFollowInOrder()
    {
        Fails(() => Verify(Text, "cs", [("kernel", "pool1"), ("target", KernelTarget.Ptx)]));
        Assert.Equal(["Kernels.Conv1_kernel=pool1_target=Ptx.received.cs"], _folder.Names);
    }

    [Fact]
    public void FilesBeginWithAByteOrderMarkAndEndAsTheTextDoes()
    {
        Fails(() => Verify("a\r\nb", "cs"));
        Assert.Equal(Marked("a\nb"), File.ReadAllBytes(_folder["Kernels.Conv1.received.cs"]));
    }

    [Fact]
    public void WhatVerifyWroteIsAccepted()
    {
        File.WriteAllBytes(_folder["Kernels.Conv1.verified.cs"], Marked(Text));
        Verify(Text, "cs");
        Assert.Equal(Marked(Text), File.ReadAllBytes(_folder["Kernels.Conv1.verified.cs"]));
    }

    [Fact]
    public void AFileWithoutAByteOrderMarkIsAcceptedToo()
    {
        File.WriteAllBytes(_folder["Kernels.Conv1.verified.cs"], Encoding.UTF8.GetBytes(Text));
        Verify(Text, "cs");
    }

    [Fact]
    public void EndsOfLinesOfTheTextDoNotCount()
    {
        Agree(Text);
        Verify(Text.Replace("\n", "\r\n"), "cs");
    }

    [Fact]
    public void EndsOfLinesOfTheVerifiedFileDo()
    {
        Agree(Text.Replace("\n", "\r\n"));
        Assert.Contains(".gitattributes", Fails(() => Verify(Text, "cs")));
        Assert.True(File.Exists(_folder["Kernels.Conv1.received.cs"]));
    }

    [Fact]
    public void ANewlineAtTheEndCounts()
    {
        Agree(Text + "\n");
        Verify(Text + "\n", "cs");
        Assert.Contains("insert_final_newline", Fails(() => Verify(Text, "cs")));
        Agree(Text);
        Fails(() => Verify(Text + "\n", "cs"));
    }

    [Fact]
    public void ANewSnapshotIsWrittenAsReceivedAndFails()
    {
        string message = Fails(() => Verify(Text, "cs"));
        Assert.StartsWith($"Directory: {Folder}\nNew:\n  - Received: Kernels.Conv1.received.cs\n    Verified: Kernels.Conv1.verified.cs\n", message);
        Assert.False(File.Exists(_folder["Kernels.Conv1.verified.cs"]));
    }

    [Fact]
    public void AnEmptyVerifiedFileIsNone()
    {
        File.WriteAllText(_folder["Kernels.Conv1.verified.cs"], "");
        Assert.Contains("\nNew:\n", Fails(() => Verify(Text, "cs")));
    }

    [Fact]
    public void ADifferenceIsWrittenAsReceivedAndToldByItsFirstLine()
    {
        Agree(Text);
        string message = Fails(() => Verify(Text.Replace("void conv1()", "void conv1(int w)\n// more"), "cs"));
        Assert.Contains("\nNotEqual:\n  - Received: Kernels.Conv1.received.cs\n    Verified: Kernels.Conv1.verified.cs\n", message);
        Assert.Contains("First difference in line 2 of 4; 1 lines agreed on became 2.\n  agreed:   void conv1()\n  received: void conv1(int w)\n", message);
        Assert.Equal(Marked(Text), File.ReadAllBytes(_folder["Kernels.Conv1.verified.cs"]));
    }

    [Theory]
    [InlineData("a\nb", "a", "First difference in line 2 of 2; 1 lines agreed on became 0.\n  agreed:   b\n  received: (end of text)\n")]
    [InlineData("a", "a\nb", "First difference in line 2 of 1; 0 lines agreed on became 1.\n  agreed:   (end of text)\n  received: b\n")]
    [InlineData("a\na", "a\na\na", "First difference in line 3 of 2; 0 lines agreed on became 1.\n")]
    public void ATextThatStopsEarlyIsToldAsSuch(string agreed, string now, string told)
    {
        Agree(agreed);
        Assert.Contains(told, Fails(() => Verify(now, "cs")));
    }

    [Fact]
    public void AMatchDeletesTheReceivedFile()
    {
        Agree(Text);
        Fails(() => Verify("other", "cs"));
        Verify(Text, "cs");
        Assert.Equal(["Kernels.Conv1.verified.cs"], _folder.Names);
    }

    [Fact]
    public void RenamingTheReceivedFileAccepts()
    {
        Fails(() => Verify(Text, "cs"));
        File.Move(_folder["Kernels.Conv1.received.cs"], _folder["Kernels.Conv1.verified.cs"]);
        Verify(Text, "cs");
    }

    [Fact]
    public void AnEmptyTextIsRefused() => Assert.Throws<ArgumentException>(() => Verify("", "cs"));

    [Fact]
    public void AParameterWithoutANameIsRefused() =>
        Assert.Contains("pass a string", Assert.Throws<ArgumentException>(() => Verify(Text, "cs", [("value", new object())])).Message);

    [Fact]
    public void PathsHiddenByTheBuildAreToldAsSuch() =>
        Assert.Contains("DeterministicSourcePaths",
            Fails(() => Snapshot.Verify(Text, "cs", methodName: "Conv1", sourceFile: "/_/Kernels.cs")));

    private void Verify(string text, string extension = "txt", IReadOnlyList<(string, object?)>? parameters = null, string? typeName = null) =>
        Snapshot.Verify(text, extension, parameters, typeName, "Conv1", _folder["Kernels.cs"]);

    private static string Fails(Action verify) => Assert.Throws<SnapshotException>(verify).Message;

    private void Agree(string text) => File.WriteAllBytes(_folder["Kernels.Conv1.verified.cs"], Marked(text));


    private static byte[] Marked(string text) => [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(text)];
}
