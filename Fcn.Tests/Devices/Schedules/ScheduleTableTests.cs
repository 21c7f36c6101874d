using System.Text;
using Fcn.Devices.Schedules;
using Xunit;

namespace Fcn.Tests.Devices.Schedules;

// Tables of schedules, row by row.
public sealed class ScheduleTableTests
{
    private const string Whole = """
        level Avx2 6 2
        kernel scale x y factor   # roles, in the order of the arguments
        kernel clear x

        mode Segment 3
        size a_H H+2*(W-1)
        count pixels N*a_H
        buffer a 0 1 4*pixels
        launch first clear N a
        launch second scale pixels a Labels 3
        mode Update 1
        launch second scale 1 Image Image N
        """;

    [Fact]
    public void Rows_are_what_they_say()
    {
        var table = Parse(Whole);
        Assert.Equal(["scale(x, y, factor)", "clear(x)"], table.Kernels.Select(static k => $"{k.Name}({string.Join(", ", k.Parameters)})"));
        Assert.Equal((6, 2), table.Tile("Avx2"));
        Assert.Equal(["Segment", "Update"], table.Modes);
        Assert.Null(table.Find("Training"));
        var segment = table.Find("Segment")!;
        Assert.Equal(("Segment", 3, 4), (segment.Mode, segment.Smallest, segment.ArgumentCount));
        Assert.Equal(["a_H", "pixels"], segment.Sizes.Select(s => segment.Slots[s.Slot]));
        Assert.Equal([("a", "a", 0, 1)], segment.Buffers.Select(b => (b.Name, segment.Slots[b.Slot], b.First, b.Last)));
        Assert.Equal([("first", 1, 1), ("second", 0, 3)], segment.Launches.Select(static l => (l.Label, l.Kernel, l.Arguments.Length)));
        Assert.Equal(["second"], table.Find("Update")!.Launches.Select(static l => l.Label));
    }

    [Fact]
    public void Line_ends_of_any_system_do() => Assert.Equal(2, Parse(Whole.Replace("\n", "\r\n")).Find("Segment")!.Launches.Count);

    [Theory]
    [InlineData("size a_H H+2*(W-1)", "size a_H H+2*", "The expression 'H+2*' lacks an operand")]
    [InlineData("size a_H H+2*(W-1)", "size a_H H+99999999999999999999", "")]
    [InlineData("size a_H H+2*(W-1)", "size a_H", "")]
    [InlineData("buffer a 0 1 4*pixels", "buffer a zero 1 4*pixels", "'zero'")]
    [InlineData("buffer a 0 1 4*pixels", "buffer a 0 1", "")]
    [InlineData("launch first clear N a", "launch first clean N a", "'clean'")]
    [InlineData("launch first clear N a", "launch first clear N a a", "clear takes 1 arguments")]
    [InlineData("launch first clear N a", "launch first clear", "")]
    [InlineData("mode Update 1", "mode Segment 1", "")]
    [InlineData("mode Update 1", "mode Update", "")]
    [InlineData("kernel clear x", "kernel scale x", "")]
    [InlineData("kernel clear x", "kernel", "")]
    [InlineData("level Avx2 6 2", "level Avx2", "")]
    [InlineData("level Avx2 6 2", "launch early scale 1 1 1 1", "It belongs to no mode")]
    [InlineData("count pixels N*a_H", "recount pixels N*a_H", "'recount' is no row")]
    public void A_faulty_row_is_told_with_its_line_and_its_text(string row, string faulty, string why)
    {
        string text = Whole.Replace(row, faulty);
        int line = Array.FindIndex(Whole.Split('\n'), l => l.StartsWith(row, StringComparison.Ordinal)) + 1;
        string message = Assert.Throws<InvalidOperationException>(() => Parse(text)).Message;
        Assert.StartsWith($"Line {line} of the schedules of Street cannot be read: '{faulty}", message);
        Assert.Contains(why, message);
        Assert.EndsWith("rebuild it.", message);
    }

    [Fact]
    public void A_level_without_a_row_is_of_another_version() => Assert.Equal(
        "The schedules of Street have no row 'level Avx512'. " +
        "The network was compiled by another version of Fcn.Generator than the Fcn.Runtime that runs it: rebuild it.",
        Assert.Throws<InvalidOperationException>(() => Parse(Whole).Tile("Avx512")).Message);

    private static ScheduleTable Parse(string text) => new("Street", Encoding.UTF8.GetBytes(text));
}
