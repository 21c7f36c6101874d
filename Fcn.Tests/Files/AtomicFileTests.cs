using Fcn.Files;
using Xunit;

namespace Fcn.Tests.Files;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_old_content_is_there_until_the_new_one_is_complete()
    {
        string path = _folder.Write("a.txt", "old"u8.ToArray());
        AtomicFile.Write(path, stream =>
        {
            stream.Write("new"u8);
            stream.Flush();
            Assert.Equal("old", File.ReadAllText(path));
            Assert.Equal(["a.txt", "a.txt.partial"], _folder.Names);
        });
        Assert.Equal("new", File.ReadAllText(path));
        Assert.Equal(["a.txt"], _folder.Names);
    }

    [Fact]
    public void A_failure_keeps_the_old_file_and_removes_the_unfinished_one()
    {
        string path = _folder.Write("a.txt", "old"u8.ToArray());
        Assert.Throws<InvalidTimeZoneException>(() => AtomicFile.Write(path, static stream =>
        {
            stream.Write("half"u8);
            throw new InvalidTimeZoneException();
        }));
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal(["a.txt"], _folder.Names);
    }

    [Fact]
    public void What_a_crash_left_behind_is_replaced()
    {
        _folder.Write("a.txt" + AtomicFile.Suffix, new byte[100]);
        AtomicFile.WriteText(_folder["a.txt"], "é\n");
        Assert.Equal([0xC3, 0xA9, 0x0A], File.ReadAllBytes(_folder["a.txt"]));
        Assert.Equal(["a.txt"], _folder.Names);
    }

    // Opened for writing, a pipe waits for somebody who reads: for ever.
    [Fact]
    public void A_pipe_in_the_place_of_the_unfinished_file_is_replaced()
    {
        if (OperatingSystem.IsWindows()) return;
        string partial = NamedPipe.Make(_folder["a.txt" + AtomicFile.Suffix]);
        AtomicFile.WriteText(_folder["a.txt"], "new");
        Assert.Equal("new", File.ReadAllText(_folder["a.txt"]));
        NamedPipe.Make(partial);
        AtomicFile.Reserve((_folder["a.txt"], 1 << 20));
        Assert.Equal(["a.txt"], _folder.Names);
    }

    [Fact]
    public void A_second_writer_of_the_same_file_is_told()
    {
        string path = _folder["a.txt"];
        AtomicFile.Write(path, stream =>
        {
            stream.Write("first"u8);
            Assert.StartsWith($"Cannot write '{path}': ", Refusal.Of(() => AtomicFile.WriteText(path, "second")));
        });
        Assert.Equal("first", File.ReadAllText(path));
    }

    [Fact]
    public void A_link_stays_and_what_it_points_to_is_written()
    {
        Directory.CreateDirectory(_folder["disk"]);
        string target = Path.Combine(_folder["disk"], "b.txt"), link = _folder["a.txt"];
        File.CreateSymbolicLink(link, target);
        foreach (string text in (string[])["first", "second"])
        {
            AtomicFile.WriteText(link, text);
            Assert.Equal(text, File.ReadAllText(target));
            Assert.Equal(target, new FileInfo(link).LinkTarget);
        }
        Assert.Equal(["a.txt", "disk"], _folder.Names);
        Assert.Equal([target], Directory.GetFiles(_folder["disk"]));
    }

    [Fact]
    public void The_folder_reaches_the_disk_too() => Assert.True(FolderFlush.Of(_folder["a.txt"]));

    [Fact]
    public void What_fits_on_the_disk_is_reserved_and_given_back()
    {
        AtomicFile.Reserve((_folder["a"], 1 << 20), (_folder["b"], 0));
        Assert.Empty(_folder.Names);
    }

    [Fact]
    public void What_does_not_fit_on_the_disk_is_an_error_with_its_size()
    {
        const long Petabyte = 1L << 50;
        // What the first takes is needed too, and is free until then.
        string message = Refusal.Of(() => AtomicFile.Reserve((_folder["a"], 1 << 20), (_folder["b"], Petabyte)));
        string needed = $"{Petabyte + (1 << 20)} bytes are needed beside what is there";
        Assert.StartsWith($"Cannot write '{_folder["b"]}': {needed}; its disk has ", message);
        Assert.Empty(_folder.Names);
    }

    [Fact]
    public void Places_that_cannot_be_written_are_errors()
    {
        Assert.Equal($"Cannot write '{_folder["no/a"]}': its folder does not exist; create it first.",
            Refusal.Of(() => AtomicFile.WriteText(_folder["no/a"], "")));
        Directory.CreateDirectory(_folder["folder"]);
        Assert.Equal($"Cannot write '{_folder["folder"]}': it is a folder.",
            Refusal.Of(() => AtomicFile.WriteText(_folder["folder"], "")));
        Assert.Equal(["folder"], _folder.Names);
        Assert.Throws<FcnException>(static () => AtomicFile.WriteText("", ""));
    }
}
