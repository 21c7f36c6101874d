using Fcn.Cli;
using Xunit;

namespace Fcn.Tests.Cli;

public sealed class InputFilesTests : IDisposable
{
    readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("*.png", "a.png b.png")]
    [InlineData("[a-b].png", "a.png b.png")]
    [InlineData("[!a].png", "b.png")]
    [InlineData("?.png", "a.png b.png")]
    [InlineData("s/*", "s/c.jpg")]
    [InlineData("*/c.*", "s/c.jpg")]
    [InlineData("**/*.png", "a.png b.png s/t/[d].png")]
    [InlineData("**", "a.png b.png s/c.jpg s/t/[d].png")]
    [InlineData("s/**/[[]d].png", "s/t/[d].png")]
    [InlineData("**/.*.png", ".hidden.png")]
    [InlineData("[x/*.png", "[x/e.png")]
    [InlineData("[x/[e].png", "[x/e.png")]
    [InlineData("s/../[ab].png", "s/../a.png s/../b.png")]
    public void PatternsFindWhatShellsFind(string pattern, string found)
    {
        Add("a.png", "b.png", "s/c.jpg", "s/t/[d].png", ".hidden.png", ".git/f.png");
        if (pattern[..2] == "[x") Add("[x/e.png");
        Assert.Equal(found.Split(' ').Select(name => folder[name]), Find(pattern).Files);
    }

    [Fact]
    public void WhatFcnWroteIsLeftOutUnlessItIsNamed()
    {
        Add("a.png", "runs/predict/net/config.json", "runs/predict/net/environment.txt", "runs/predict/net/masks/a.png");
        string run = folder["runs/predict/net"];
        InputFiles found = Find("**/*.png");
        Assert.Equal([folder["a.png"]], found.Files);
        Assert.Equal([$"Left out what fcn wrote: {run}. Name such a folder to take its pictures."], found.LeftOut);
        Assert.Equal([folder["runs/predict/net/masks/a.png"]], Find("runs/predict/net/**/*.png").Files);
        Assert.Equal([folder["runs/predict/net/masks/a.png"]], Find("runs/*/*/masks/*").Files);
        foreach (string pattern in (string[])["runs/**/*.png", "runs/*/*/*/*.png", "runs/predict/n[e]t/*/*.png"])
            Assert.Contains($"No file matches '{folder[pattern]}'. Left out what fcn wrote: {run}.", Refused(pattern));
    }

    [Fact]
    public void LinksAreFollowedButNotInCircles()
    {
        Add("photos/a.png", "photos/deep/b.png", "elsewhere/c.png");
        Directory.CreateSymbolicLink(folder["photos/deep/up"], folder["photos"]);
        Directory.CreateSymbolicLink(folder["photos/above"], "..");
        Directory.CreateSymbolicLink(folder["photos/more"], folder["elsewhere"]);
        // Through the link back to where the walk came from.
        Directory.CreateSymbolicLink(folder["elsewhere/back"], folder["photos/deep"]);
        InputFiles found = Find("photos/**/*.png");
        string[] expected = ["photos/a.png", "photos/deep/b.png", "photos/more/back/b.png", "photos/more/c.png"];
        Assert.Equal(expected.Select(name => folder[name]), found.Files);
        string loops = $"{folder["photos/above"]}, {folder["photos/deep/up"]}, {folder["photos/more/back/up"]}";
        Assert.Equal([$"Left out links to a folder that they lie in: {loops}."], found.LeftOut);
        Assert.Equal([folder["photos/more/back/b.png"]], Find("photos/*/*/*.png").Files);
    }

    [Fact]
    public void AFolderThatHoldsPicturesOnlyFurtherDownNamesThePattern()
    {
        Add("photos/a/1.png", "photos/a/2.JPG", "photos/b/3.png", "deep/a/b/1.png", "empty/note.txt");
        string near = Refused("photos");
        Assert.Contains("holds no image (.png, .jpg, .jpeg). There are some further down: give '", near);
        foreach (string pattern in (string[])["photos/*/*.png", "photos/*/*.JPG"]) Assert.Contains($"'{folder[pattern]}'", near);
        Assert.EndsWith($"There are some further down: give '{folder["deep/*/*/*.png"]}'.", Refused("deep"));
        Assert.EndsWith("holds no image (.png, .jpg, .jpeg).", Refused("empty"));
    }

    [Theory]
    [InlineData("[z-a].png", "'[z-a].png' is no pattern: in brackets stand letters or ranges from low to high, such as [ab] or [0-9].")]
    [InlineData("none-*.png", "No file matches '")]
    [InlineData("none/*.png", "No file matches '")]
    public void APatternWithoutFilesIsAnError(string pattern, string message)
    {
        Add("a.png");
        Assert.Contains(message, Refused(pattern));
    }

    InputFiles Find(string pattern) => InputFiles.Find([folder[pattern]]);

    string Refused(string pattern) => Assert.Throws<FcnException>(() => Find(pattern)).Message;

    void Add(params string[] names)
    {
        foreach (string name in names)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder[name])!);
            folder.Write(name, []);
        }
    }
}
