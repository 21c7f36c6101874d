using Fcn.Files;
using Xunit;

namespace Fcn.Tests.Files;

public sealed class ShellWordTests
{
    [Theory]
    [InlineData("runs/train/fcn-8s.2", "runs/train/fcn-8s.2")]
    [InlineData("größe/x", "größe/x")]
    [InlineData("my runs/x", "'my runs/x'")]
    [InlineData("it's", "'it'\\''s'")]
    [InlineData("a$b", "'a$b'")]
    [InlineData("", "''")]
    public void APathIsOneWord(string path, string word)
    {
        if (OperatingSystem.IsWindows()) word = word[0] == '\'' ? $"\"{path}\"" : word;
        Assert.Equal(word, ShellWord.Of(path));
    }
}
