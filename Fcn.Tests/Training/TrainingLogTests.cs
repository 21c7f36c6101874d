using Fcn.Training;
using Xunit;

namespace Fcn.Tests.Training;

public sealed class TrainingLogTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("fcn-log-").FullName;

    string LogFile => Path.Combine(folder, "log.csv");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    static readonly LogRow plain = new(20, 1 / 3.0, 1e-17, 1e-10, 12.3456);
    static readonly LogRow validated = new(40, 123456.789, 2, 0.05, 0, new ValidationScores(0.9, 0.8, 0.7, double.NaN));

    [Fact]
    public void RowsAreCommaSeparated()
    {
        using (var log = new TrainingLog(LogFile))
        {
            log.Append(plain);
            log.Append(validated);
        }
        Assert.Equal(
            "iteration,loss,smoothed_loss,rate,images_per_second,pixel_accuracy,mean_accuracy,mean_iu,weighted_iu\n" +
            "20,0.3333333333333333,1E-17,1E-10,12.346,,,,\n" +
            "40,123456.789,2,0.05,0,0.9,0.8,0.7,NaN\n", File.ReadAllText(LogFile));
        using var again = new TrainingLog(LogFile);
        Assert.Equal([plain with { ImagesPerSecond = 12.346 }, validated], again.Rows);
    }

    [Fact]
    public void ALogGoesOnWhereItWasLeft()
    {
        using (var log = new TrainingLog(LogFile)) log.Append(plain);
        using (var log = new TrainingLog(LogFile)) log.Append(validated);
        Assert.Equal(3, File.ReadAllLines(LogFile).Length);
    }

    [Fact]
    public void RewindingDropsLaterRows()
    {
        using var log = new TrainingLog(LogFile);
        for (int i = 1; i <= 9; i++) log.Append(plain with { Iteration = i * 10 });
        log.Rewind(50);
        Assert.Equal([10, 20, 30, 40, 50], log.Rows.Select(static r => r.Iteration));
        log.Append(plain with { Iteration = 51 });
        Assert.Equal(["10", "20", "30", "40", "50", "51"], File.ReadAllLines(LogFile).Skip(1).Select(static l => l.Split(',')[0]));
    }

    [Theory]
    [InlineData("\uFEFF", "\r\n", ',')]
    [InlineData("", "\n", ';')]
    [InlineData("\uFEFF", "\r\n", ';')]
    public void WhatASpreadsheetSavedGoesOn(string begin, string end, char separator)
    {
        using (var log = new TrainingLog(LogFile))
        {
            log.Append(plain);
            log.Append(validated);
        }
        string own = File.ReadAllText(LogFile), text = own;
        // Where the comma is the decimal sign, the semicolon separates.
        if (separator == ';') text = text.Replace(',', ';').Replace('.', ',');
        File.WriteAllText(LogFile, begin + text.Replace("\n", end, StringComparison.Ordinal));
        using var again = new TrainingLog(LogFile);
        Assert.Equal([plain with { ImagesPerSecond = 12.346 }, validated], again.Rows);
        again.Rewind(validated.Iteration);
        Assert.Equal(own, File.ReadAllText(LogFile));
    }

    [Theory]
    [InlineData("60,0.3")]
    [InlineData("6")]
    [InlineData("60,1,1,1,1,,,,")]
    public void ALastLineThatWasCutShortIsDropped(string rest)
    {
        using (var log = new TrainingLog(LogFile)) log.Append(plain);
        File.AppendAllText(LogFile, rest);
        using (var log = new TrainingLog(LogFile))
        {
            Assert.Equal([20], log.Rows.Select(static r => r.Iteration));
            log.Append(validated);
        }
        Assert.Equal(["20", "40"], File.ReadAllLines(LogFile).Skip(1).Select(static l => l.Split(',')[0]));
    }

    [Theory]
    [InlineData("name,age\nx,3\n", 1)]
    [InlineData(LogRow.Header + "\n20,1,1,1,1,,,,\n40,1,1,x,1,,,,\n", 3)]
    [InlineData(LogRow.Header + "\n-20,1,1,1,1,,,,\n", 2)]
    public void AnotherFileIsNoLog(string text, int line)
    {
        File.WriteAllText(LogFile, text);
        Assert.StartsWith($"{LogFile}, line {line}: ", Assert.Throws<FcnException>(() => new TrainingLog(LogFile)).Message);
        Assert.Equal(text, File.ReadAllText(LogFile));
    }

    [Fact]
    public void OthersMayLookOn()
    {
        using var log = new TrainingLog(LogFile);
        log.Append(plain);
        using var reader = new StreamReader(new FileStream(LogFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        Assert.Contains("20,0.333", reader.ReadToEnd());
    }

    [Fact]
    public void AnEmptyLineIsNone()
    {
        using (var log = new TrainingLog(LogFile)) log.Append(plain);
        File.AppendAllText(LogFile, "\n");
        using (var log = new TrainingLog(LogFile)) log.Append(plain with { Iteration = 40 });
        using var again = new TrainingLog(LogFile);
        Assert.Equal([20, 40], again.Rows.Select(static row => row.Iteration));
    }

    // The error is told where it happens, and closing the log tells it no second time.
    [Fact]
    public void AFullDiskIsToldOnce()
    {
        if (!OperatingSystem.IsLinux()) return;
        string path = Path.Combine(folder, "full.csv");
        using var log = new TrainingLog(path);
        File.CreateSymbolicLink(path, "/dev/full");
        Assert.Equal($"Cannot write '{path}': No space left on device.",
            Assert.Throws<FcnException>(() => log.Append(new LogRow(1, 1, 1, 1, 1, null))).Message);
    }
}
