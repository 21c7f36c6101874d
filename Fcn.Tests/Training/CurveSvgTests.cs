using System.Globalization;
using System.Xml.Linq;
using Fcn.Training;
using Xunit;

namespace Fcn.Tests.Training;

public class CurveSvgTests
{
    static readonly XNamespace svg = "http://www.w3.org/2000/svg";

    static LogRow Row(int i) => new(i * 20, 1000 / (1 + i * 0.3) + i % 5, 1000 / (1 + i * 0.3), 1e-3, 9,
        i % 10 == 0 ? new ValidationScores(0.9, 0.8, 0.75 - 300.0 / (i + 400), 0.8) : null);

    [Fact]
    public void ItIsOneWellFormedPictureOfItsOwn()
    {
        XElement root = Draw("a < b & c", 300);
        Assert.Equal("a < b & c", root.Elements(svg + "text").First().Value);
        Assert.DoesNotContain(root.Descendants(), static e => e.Name.LocalName is "script" or "image" or "style" or "link");
        Assert.Equal(3, root.Elements(svg + "polyline").Count());
        Assert.Equal(300, Points(root, 0).Length);
        Assert.Equal(30, Points(root, 2).Length);
    }

    [Fact]
    public void CurvesStayInTheirPanelsAndFallWithTheLoss()
    {
        XElement root = Draw("run", 300);
        (double X, double Y)[] smoothed = Points(root, 1), score = Points(root, 2);
        Assert.All(smoothed, static p => Assert.True(p is { X: >= 84 and <= 836, Y: >= 64 and <= 304 }, $"{p}"));
        Assert.All(score, static p => Assert.True(p is { X: >= 84 and <= 836, Y: >= 344 and <= 524 }, $"{p}"));
        Assert.Equal(836, smoothed[^1].X);
        // Lower loss and higher IU: down in the upper panel, up in the lower one.
        Assert.All(smoothed.Zip(smoothed.Skip(1)), static p => Assert.True(p.Second.Y >= p.First.Y));
        Assert.All(score.Zip(score.Skip(1)), static p => Assert.True(p.Second.Y <= p.First.Y));
        Assert.Contains("0.321 at 6000", root.Elements(svg + "text").Select(static t => t.Value));
    }

    [Fact]
    public void ALossOverDecadesHasALogarithmicAxis()
    {
        string[] labels = [.. Draw("run", 300).Elements(svg + "text").Select(static t => t.Value)];
        Assert.Subset(labels.ToHashSet(), new HashSet<string> { "10", "100", "1000" });
        Assert.DoesNotContain("200", labels);
    }

    [Fact]
    public void LongLogsAreThinnedOutButKeepTheirLastRow()
    {
        XElement root = Draw("run", 25001);
        Assert.InRange(Points(root, 1).Length, 900, 1000);
        Assert.Equal(836, Points(root, 1)[^1].X);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void ShortLogsAreDrawnToo(int rows) => Assert.Equal(rows == 0 ? 0 : 2, Draw("run", rows).Elements(svg + "polyline").Count());

    [Theory]
    [InlineData(0, 100, "0 20 40 60 80 100")]
    [InlineData(0, 0.83, "0 0.2 0.4 0.6 0.8")]
    [InlineData(0, 1, "0 0.2 0.4 0.6 0.8 1")]
    [InlineData(0, 40000, "0 10000 20000 30000 40000")]
    public void TicksAreRound(double least, double most, string expected)
    {
        IReadOnlyList<double> ticks = Scale.Linear(least, most, 0, 1).Ticks;
        Assert.Equal(expected, string.Join(' ', ticks.Select(static tick => FormattableString.Invariant($"{tick:0.####}"))));
    }

    // Row i = 1 … rows.
    static XElement Draw(string title, int rows) => XElement.Parse(CurveSvg.Draw(title, [.. Enumerable.Range(1, rows).Select(Row)]));

    static (double X, double Y)[] Points(XElement root, int line) =>
    [
        .. root.Elements(svg + "polyline").ElementAt(line).Attribute("points")!.Value.Split(' ').Select(static p => p.Split(','))
            .Select(static p => (double.Parse(p[0], CultureInfo.InvariantCulture), double.Parse(p[1], CultureInfo.InvariantCulture))),
    ];
}
