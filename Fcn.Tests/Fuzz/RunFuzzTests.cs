// What a run leaves behind, damaged: a checkpoint and a log are resumed from, or refused by name.
using Fcn.Tests.Training;
using Fcn.Training;
using Xunit;
using Xunit.Abstractions;

namespace Fcn.Tests.Fuzz;

public sealed class RunFuzzTests(ITestOutputHelper output)
{
    [Fact]
    public void DamagedCheckpointsAreRefusedOrResumed()
    {
        using var folder = new TempFolder();
        using PixelNet net = PixelNet.Initialized();
        using var trainer = new Trainer(net, new ColourSet(3), new TrainerSettings());
        trainer.Step();
        trainer.Save(folder["last"]);
        string[] words = ["\"iteration\":\"-1\"", "\"losses\":\"NaN 1e999\"", "momentum.", "setting.", "99999999999999999999", "F64"];
        FuzzTally tally = FuzzRun.Over([File.ReadAllBytes(folder["last"])], 4_000, new Mutations(11, words), path =>
        {
            trainer.Resume(path);
            Assert.InRange(trainer.Iteration, 0, 1L << 48);
        }, static file => (1 << 17) + 100L * file.Length);
        output.WriteLine(tally.ToString());
        Assert.InRange(tally.Read, 20, 3_900);
        Assert.InRange(tally.Refused, 100, 3_980);
    }

    [Fact]
    public void DamagedLogsAreRefusedOrRead()
    {
        using var folder = new TempFolder();
        using (var log = new TrainingLog(folder["log.csv"]))
        {
            var scores = new ValidationScores(0.1, 0.2, 0.3, 0.4);
            for (int i = 1; i <= 20; i++) log.Append(new LogRow(i, 1.0 / i, 2.0 / i, 1e-3, 9, i % 5 == 0 ? scores : null));
        }
        string[] words = [",", "\n", "\r\n", "NaN", "-", "1e999", LogRow.Header, "99999999999999999999"];
        FuzzTally tally = FuzzRun.Over([File.ReadAllBytes(folder["log.csv"])], 4_000, new Mutations(12, words), static path =>
        {
            using var log = new TrainingLog(path);
            Assert.All(log.Rows, static row => Assert.True(row.Iteration >= 0));
            Assert.NotEmpty(CurveSvg.Draw("run", log.Rows));
        }, static file => (1 << 18) + 100L * file.Length);
        output.WriteLine(tally.ToString());
        Assert.InRange(tally.Read, 100, 3_900);
        Assert.InRange(tally.Refused, 100, 3_980);
    }
}
