using System.IO.Compression;
using Fcn.Data;
using Fcn.Files;
using Fcn.Tests.Imaging;
using Fcn.Weights;
using Xunit;
using Xunit.Abstractions;

namespace Fcn.Tests.Files;

public sealed class InputFileTests(ITestOutputHelper output) : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Photographs_and_lists_are_read_from_pipes()
    {
        if (Pipe("photo") is not { } photo || Pipe("classes") is not { } classes) return;
        byte[] png = new TestPng(300, 200, 8, 2) { Level = CompressionLevel.NoCompression }.Encode(new ushort[300 * 200 * 3]);
        Assert.InRange(png.Length, 100_000, 200_000); // more than a pipe holds
        Task writing = Feed(photo, png);
        Assert.Equal((300, 200), (Image.Load(photo).Width, Image.Load(_folder.Write("same", png)).Height));
        await writing;
        writing = Feed(classes, "sky\nroad\n"u8.ToArray());
        Assert.Equal(["sky", "road"], ClassNames.Load(classes));
        await writing;
    }

    [Fact]
    public async Task Weights_are_not_read_from_a_pipe()
    {
        if (Pipe("w") is not { } path) return;
        Task writing = Feed(path, []);
        Assert.Equal($"'{path}' is a pipe or device, but its parts are read in any order: save it to a file first.",
            Refusal.Of(() => SafetensorsReader.Open(path)));
        await writing;
    }

    [Fact]
    public void A_pipe_that_nobody_writes_into_is_given_up()
    {
        if (Pipe("silent") is not { } path) return;
        File.CreateSymbolicLink(_folder["link.png"], path);
        string[] messages = [.. ((string[])[path, _folder["link.png"]]).AsParallel().WithDegreeOfParallelism(2)
            .Select(static p => Refusal.Of(() => InputFile.ReadAll(p, 100)))];
        Assert.All(messages, static m => Assert.Contains("is a pipe, and nobody wrote into it for 5 s. Start what writes first.", m));
    }

    [Fact]
    public async Task A_pipe_whose_writer_falls_silent_is_given_up()
    {
        if (Pipe("stalled") is not { } path) return;
        using var end = new ManualResetEventSlim();
        Task writing = Task.Run(() =>
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            stream.Write("begun"u8);
            end.Wait();
        });
        Task<string> refused = Task.Run(() => Refusal.Of(() => InputFile.ReadAll(path, 100, TimeSpan.FromSeconds(1))));
        Task first = await Task.WhenAny(refused, Task.Delay(TimeSpan.FromMinutes(1)));
        end.Set();
        await writing;
        Assert.Same(refused, first);
        const string Silent = "is a pipe or device, and nothing came from it for 1 s. Save what it brings to a file first.";
        Assert.Equal($"'{path}' {Silent}", await refused);
    }

    [Fact]
    public void A_device_without_end_is_read_up_to_a_limit()
    {
        if (!File.Exists("/dev/zero"))
        {
            output.WriteLine("Not run: there is no /dev/zero.");
            return;
        }
        Assert.Equal("'/dev/zero' does not end within 100000 bytes, the most that is read of a pipe or device.",
            Refusal.Of(() => InputFile.ReadAll("/dev/zero", 100_000)));
        Assert.Contains("it has 0 bytes", Refusal.Of(() => SafetensorsReader.Open("/dev/zero")));
    }

    [Fact]
    public void What_claims_to_be_empty_is_read_to_its_end()
    {
        Assert.Empty(InputFile.ReadAll(_folder.Write("empty", []), 10));
        if (File.Exists("/proc/self/status")) Assert.NotEmpty(InputFile.ReadAll("/proc/self/status", 1 << 20));
    }

    [Fact]
    public void A_file_over_the_limit_is_refused_unread() =>
        Assert.Equal($"'{_folder["a"]}' has 11 bytes; at most 10 are read.",
            Refusal.Of(() => InputFile.ReadAll(_folder.Write("a", new byte[11]), 10)));

    private static Task Feed(string pipe, byte[] content) => Task.Run(() =>
    {
        using var stream = new FileStream(pipe, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        stream.Write(content);
    });

    private string? Pipe(string name)
    {
        if (OperatingSystem.IsWindows())
        {
            output.WriteLine("Not run: Windows has no pipes with a path of this kind.");
            return null;
        }
        return NamedPipe.Make(_folder[name]);
    }
}
