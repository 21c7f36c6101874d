using System.Text;
using Fcn.Devices;
using Fcn.Devices.Schedules;
using Xunit;

namespace Fcn.Tests.Devices.Schedules;

// The numbers of a schedule for one shape, and the arguments that follow from them.
public sealed unsafe class ScheduleFrameTests
{
    private const string Text = """
        kernel scale x y factor
        mode Segment 3
        size a_H H+2
        count pixels N*a_H*W
        buffer a 0 1 4*pixels
        buffer b 1 1 8
        launch first scale N*a_H a Labels+2*W 7
        launch second scale pixels b Image a_H
        """;

    [Fact]
    public void Sizes_and_items_follow_the_shape()
    {
        using var frame = Measured(2, 5, 4);
        Assert.Equal((7, 56), (frame["a_H"], frame["pixels"]));
        Assert.Equal((14, 56), (frame.Items(0), frame.Items(1)));
        Assert.Equal([("a", 224L, 0, 1), ("b", 8L, 1, 1)], frame.Arena.Buffers.Select(static b => (b.Name, b.Bytes, b.First, b.Last)));
        Assert.Equal(0, frame["no such slot"]);
    }

    [Fact]
    public void Arguments_follow_addresses()
    {
        using var frame = Measured(1, 3, 10);
        frame.Set("Labels", 1000);
        frame.Set("Image", 0);
        frame.Place(buffer => 4096 + frame.Arena.Offset(buffer));
        Assert.Equal([4096, 1020, 7], Arguments(frame, 0));
        Assert.Equal([4096 + frame.Arena.Offset(1), 0, 5], Arguments(frame, 1));
        // Set again: those that depend on it change, and no other.
        frame.Set("Labels", 5000);
        frame.Set("Image", 64);
        frame.Set("nobody reads this", 1);
        Assert.Equal([4096, 5020, 7], Arguments(frame, 0));
        Assert.Equal([4096 + frame.Arena.Offset(1), 64, 5], Arguments(frame, 1));
        frame.Place(buffer => 8192 + frame.Arena.Offset(buffer));
        Assert.Equal([8192, 5020, 7], Arguments(frame, 0));
    }

    [Fact]
    public void Only_a_change_is_one()
    {
        using var frame = Measured(1, 3, 10);
        frame.Set("Labels", 1000);
        frame.Set("Image", 0);
        frame.HasChanged = false;
        frame.Set("Labels", 1000);
        frame.Set("Image", 0);
        Assert.False(frame.HasChanged);
        frame.Set("Labels", 1001);
        Assert.True(frame.HasChanged);
    }

    [Fact]
    public void Memory_of_the_engine_lives_through_all_launches()
    {
        using var frame = Measured(1, 3, 10);
        frame.Own("Labels", 30);
        frame.Set("Image", 0);
        frame.Place(buffer => 4096 + frame.Arena.Offset(buffer));
        Assert.Equal(("Labels", 30L, 0, int.MaxValue), frame.Arena.Buffers.Select(static b => (b.Name, b.Bytes, b.First, b.Last)).Last());
        Assert.Equal(4096 + frame.Arena.Offset(2) + 20, Arguments(frame, 0)[1]);
    }

    [Theory]
    [InlineData(1, 2, 9, "Street needs an input of at least 3x3 pixels; got 9x2")]
    [InlineData(1, 9, 2, "got 2x9")]
    [InlineData(1000, 1000, 1000, "A map of this batch has 1002000000 pixels or rows; at most 1000000000 can be counted")]
    public void A_shape_that_does_not_fit_is_an_error(int images, int height, int width, string message) =>
        Assert.Contains(message, Assert.Throws<FcnException>(() => Measured(images, height, width)).Message);

    [Fact]
    public void Heights_are_counted_as_pixels_are() => Assert.Contains(
        "A map of this batch has 5000000000 pixels or rows",
        Assert.Throws<FcnException>(() => Measured(1, 5, 5, "mode Segment 1\nsize a_H 1000000000*H")).Message);

    [Fact]
    public void Numbers_beyond_64_bits_are_an_error_of_the_batch() => Assert.Contains(
        "Street cannot count the pixels of 5x5 images in such a batch",
        Assert.Throws<FcnException>(() => Measured(1, 5, 5, "mode Segment 1\nsize a 9223372036854775807*H")).Message);

    private static ScheduleFrame Measured(int images, int height, int width, string text = Text)
    {
        var frame = new ScheduleFrame(new ScheduleTable("Street", Encoding.UTF8.GetBytes(text)).Find("Segment")!, new ArenaPlan());
        frame.Set("N", images);
        frame.Set("H", height);
        frame.Set("W", width);
        try
        {
            frame.Measure("Street", height, width);
            return frame;
        }
        catch
        {
            frame.Dispose();
            throw;
        }
    }

    private static long[] Arguments(ScheduleFrame frame, int launch) =>
        new Span<long>(frame.Arguments(launch), frame.Schedule.Launches[launch].Arguments.Length).ToArray();
}
