using Xunit;

namespace Fcn.Tests.Ptx;

// A right kernel with random damage: the text is refused, or the launch faults, or it ends. Nothing else may happen, whatever the damage:
// no other exception, no crash, no hang.
public sealed class MutationTests
{
    private static readonly string[] Spare =
    [
        ";", ",", "{", "}", "[", "]", "%f0", "%tx", "%ga", "%pl", "0", "1", "-1", "4096", "0f3F800000", ".f32", ".u64", "bra LOOP;", "ret;",
        "@%pk", "bar.sync 0;",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void DamagedTextsAreRefused(int seed)
    {
        var random = new Random(seed);
        int refused = 0;
        for (int i = 0; i < 1500; i++)
        {
            char[] text = TinyGemm.Text.ToCharArray();
            for (int j = random.Next(1, 4); j > 0; j--) text[random.Next(text.Length)] = (char)random.Next(32, 127);
            int length = random.Next(4) == 0 ? random.Next(text.Length) : text.Length;
            if (Outcome(new string(text, 0, length), launch: false) == "refused") refused++;
        }
        Assert.InRange(refused, 1000, 1499);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void DamagedKernelsFaultOrEnd(int seed)
    {
        var random = new Random(seed);
        string[] lines = TinyGemm.Text.Split('\n');
        int body = Array.FindIndex(lines, l => l.Contains("ld.param"));
        var outcomes = new Dictionary<string, int>();
        for (int i = 0; i < 400; i++)
        {
            string[] damaged = [.. lines];
            int at = random.Next(body, lines.Length - 3), other = random.Next(body, lines.Length - 3);
            switch (random.Next(4))
            {
                case 0: damaged[at] = ""; break;
                case 1: (damaged[at], damaged[other]) = (damaged[other], damaged[at]); break;
                case 2: damaged[at] = damaged[other]; break;
                default:
                    string[] words = damaged[at].Split(' ');
                    words[random.Next(words.Length)] = Spare[random.Next(Spare.Length)];
                    damaged[at] = string.Join(' ', words);
                    break;
            }
            string outcome = Outcome(string.Join('\n', damaged), launch: true);
            outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
        }
        Assert.InRange(outcomes["fault"], 80, 400);
        Assert.InRange(outcomes["refused"], 20, 400);
        Assert.InRange(outcomes["right"], 1, 200);
    }

    private static string Outcome(string text, bool launch)
    {
        try
        {
            if (!launch) return Lane.Parse(text).Name;
            return TinyGemm.Run(text, k: 96, branchLimit: 100).Error == 0 ? "right" : "wrong";
        }
        catch (PtxSyntaxException)
        {
            return "refused";
        }
        catch (PtxFault)
        {
            return "fault";
        }
    }
}
