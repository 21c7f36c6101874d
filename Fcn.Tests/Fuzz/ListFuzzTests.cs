using System.Text;
using Fcn.Data;
using Fcn.Tests.Data;
using Xunit;
using Xunit.Abstractions;

namespace Fcn.Tests.Fuzz;

public sealed class ListFuzzTests(ITestOutputHelper output)
{
    static readonly string[] Words =
    [
        "\n", "\r\n", "\0", "..", "../../etc/passwd", "/", "\\", "C:", "\xEF\xBB\xBF", "\xE2\x80\xA8", "%s", "\nb", "\na", " ", "\t", "CON",
        new('a', 5000), new('\n', 300),
    ];

    [Fact]
    public void Damaged_lists_of_ids_name_files_in_the_set_or_are_refused()
    {
        using var folder = new VocFolder();
        folder.Add("a", 1, 1, 0).Add("b", 1, 1, 0).Add("ä", 1, 1, 0);
        string list = Path.Combine("ImageSets", "Segmentation", "train.txt");
        byte[][] corpus = [Encoding.UTF8.GetBytes("a\r\nb\n\nä\n"), "b\na"u8.ToArray(), "a\nb\na\nb\na\nb\na\nb\n"u8.ToArray()];
        FuzzTally tally = FuzzRun.Over(corpus, 12_000, new Mutations(5, Words), path =>
        {
            folder.Bytes(list, File.ReadAllBytes(path));
            try
            {
                var set = new VocSet(folder.Root, "train");
                for (int i = 0; i < set.Count; i++)
                {
                    Assert.Contains(set.Ids[i], (string[])["a", "b", "ä"]);
                    Assert.True(File.Exists(set.ImagePath(i)) && File.Exists(set.LabelPath(i)));
                }
            }
            catch (FcnException e) when (e.Message.Contains($"{list}'") && e.Message.Length < 4000)
            {
                throw new FcnException($"'{path}': {e.Message}", e);
            }
        }, static file => (1 << 16) + 3000L * file.Length);
        output.WriteLine(tally.ToString());
        Assert.InRange(tally.Read, 1_000, 11_000);
        Assert.InRange(tally.Refused, 1_000, 11_000);
    }

    [Fact]
    public void Damaged_lists_of_classes_are_read_or_refused()
    {
        byte[][] corpus = ["0 sky\n1 tree\n2 road\n"u8.ToArray(), "sky\r\ntree\r\nroad"u8.ToArray()];
        FuzzTally tally = FuzzRun.Over(corpus, 10_000, new Mutations(6, Words), static path =>
        {
            IReadOnlyList<string> names = ClassNames.Load(path);
            Assert.InRange(names.Count, 1, 254);
            Assert.Equal(names.Count, names.Distinct().Count());
            Assert.All(names, static n => Assert.True(n.Length > 0 && n == n.Trim()));
        }, static file => (1 << 15) + 400L * file.Length);
        output.WriteLine(tally.ToString());
        Assert.InRange(tally.Read, 1_000, 9_000);
        Assert.InRange(tally.Refused, 1_000, 9_000);
    }
}
