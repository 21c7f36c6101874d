using Fcn.Metrics;
using Xunit;

namespace Fcn.Tests.Metrics;

public sealed class ConfusionMatrixTests
{
    static LabelMap Row(params byte[] labels) => new(labels.Length, 1, labels);

    // Counts by hand: [2 1 0; 1 1 0; 0 0 1], true pixels 3, 2, 1.
    static ConfusionMatrix ByHand()
    {
        var matrix = new ConfusionMatrix(3);
        matrix.Add(Row(0, 0, 0, 1, 1, 2, 255), Row(0, 0, 1, 1, 0, 2, 1));
        return matrix;
    }

    [Fact]
    public void FourMetricsByHand()
    {
        ConfusionMatrix matrix = ByHand();
        Assert.Equal(6, matrix.Pixels);
        Assert.Equal(1, matrix[0, 1]);
        Assert.Equal(1, matrix[1, 0]);
        Assert.Equal(4.0 / 6, matrix.PixelAccuracy, 15);
        Assert.Equal((2.0 / 3 + 1.0 / 2 + 1) / 3, matrix.MeanAccuracy, 15);
        Assert.Equal([1.0 / 2, 1.0 / 3, 1.0], Enumerable.Range(0, 3).Select(c => matrix.IU(c)!.Value));
        Assert.Equal(11.0 / 18, matrix.MeanIU, 15);
        Assert.Equal(19.0 / 36, matrix.FrequencyWeightedIU, 15);
    }

    [Theory]
    [InlineData(AbsentClasses.CountWhenPredicted, 0.0, (0.5 + 1 + 0) / 3)]
    [InlineData(AbsentClasses.LeaveOut, null, (0.5 + 1) / 2)]
    public void AbsentClassCountsOnlyWherePredicted(AbsentClasses absent, double? predictedOnly, double mean)
    {
        // Class 2 is predicted but never true; class 3 is neither.
        var matrix = new ConfusionMatrix(4) { Absent = absent };
        matrix.Add(Row(0, 0, 1), Row(0, 2, 1));
        Assert.Equal(predictedOnly, matrix.IU(2));
        Assert.Null(matrix.IU(3));
        Assert.Null(matrix.Accuracy(2));
        Assert.Equal(mean, matrix.MeanIU, 15);
        Assert.Equal((0.5 + 1) / 2, matrix.MeanAccuracy, 15);
        Assert.Equal((2 * 0.5 + 1) / 3, matrix.FrequencyWeightedIU, 15);
    }

    [Fact]
    public void SameAsSetsOfPixels()
    {
        var random = new Random(3);
        const int classes = 7;
        var matrix = new ConfusionMatrix(classes);
        List<(byte Truth, byte Prediction)> all = [];
        for (int image = 0; image < 20; image++)
        {
            (int width, int height) = (random.Next(1, 40), random.Next(1, 40));
            // Class 5 is never true, class 6 neither true nor predicted; a tenth is void.
            var truth = new byte[width * height];
            for (int i = 0; i < truth.Length; i++) truth[i] = random.Next(10) == 0 ? LabelMap.Ignore : (byte)random.Next(5);
            byte[] prediction = [.. truth.Select(t => random.Next(3) == 0 || t == LabelMap.Ignore ? (byte)random.Next(6) : t)];
            matrix.Add(new LabelMap(width, height, truth), new LabelMap(width, height, prediction));
            all.AddRange(truth.Zip(prediction).Where(p => p.First != LabelMap.Ignore));
        }

        double Iu(int c) => all.Count(p => p.Truth == c && p.Prediction == c) / (double)all.Count(p => p.Truth == c || p.Prediction == c);
        double Accuracy(int c) => all.Count(p => p.Truth == c && p.Prediction == c) / (double)all.Count(p => p.Truth == c);
        Assert.Equal(all.Count, matrix.Pixels);
        Assert.Equal(all.Count(p => p.Truth == p.Prediction) / (double)all.Count, matrix.PixelAccuracy, 12);
        Assert.Equal(Enumerable.Range(0, 5).Average(Accuracy), matrix.MeanAccuracy, 12);
        Assert.Equal(Enumerable.Range(0, 6).Average(Iu), matrix.MeanIU, 12);
        Assert.Equal(Enumerable.Range(0, 5).Sum(c => Iu(c) * all.Count(p => p.Truth == c)) / all.Count, matrix.FrequencyWeightedIU, 12);
        Assert.Equal(0, matrix.IU(5));
        Assert.Null(matrix.IU(6));
    }

    [Fact]
    public void MergedPartsAreTheWhole()
    {
        (ConfusionMatrix whole, ConfusionMatrix part) = (ByHand(), ByHand());
        part.Merge(ByHand());
        whole.Add(Row(0, 0, 0, 1, 1, 2), Row(0, 0, 1, 1, 0, 2));
        for (int i = 0; i < 9; i++) Assert.Equal(whole[i / 3, i % 3], part[i / 3, i % 3]);
        Assert.Equal(12, part.Pixels);
        Assert.Throws<ArgumentException>(() => whole.Merge(new ConfusionMatrix(4)));
    }

    [Fact]
    public void NothingCountedIsNoNumber()
    {
        var matrix = new ConfusionMatrix(2);
        matrix.Add(Row(255, 255), Row(0, 1));
        Assert.Equal(0, matrix.Pixels);
        double[] metrics = [matrix.PixelAccuracy, matrix.MeanAccuracy, matrix.MeanIU, matrix.FrequencyWeightedIU];
        Assert.All(metrics, static metric => Assert.True(double.IsNaN(metric)));
    }

    [Fact]
    public void ForeignLabelsAreNamedAndNothingIsCounted()
    {
        ConfusionMatrix matrix = ByHand();
        LabelMap good = new(3, 2, [0, 1, 2, 0, 1, 2]), bad = new(3, 2, [0, 1, 2, 0, 11, 2]), hole = new(3, 2, [0, 1, 2, 0, 255, 2]);
        Assert.Contains("truth has class 11 at row 1, column 1, but the matrix has 3 classes", Refusal.Of(() => matrix.Add(bad, good)));
        Assert.Contains("prediction has class 11 at row 1, column 1", Refusal.Of(() => matrix.Add(good, bad)));
        Assert.Contains("prediction has class 255 at row 1, column 1", Refusal.Of(() => matrix.Add(good, hole)));
        Assert.Contains("3x2 but the prediction is 2x3", Refusal.Of(() => matrix.Add(good, new LabelMap(2, 3, good.Labels))));
        Assert.Equal(6, matrix.Pixels);

        // Where the truth is void, any prediction will do.
        matrix.Add(hole, hole);
        matrix.Add(hole, bad);
        Assert.Equal(16, matrix.Pixels);
    }

    [Fact]
    public void LabelsUpTo254AreClasses()
    {
        var matrix = new ConfusionMatrix(255);
        matrix.Add(Row(254, 0, 255), Row(254, 254, 255));
        Assert.Equal((1, 1, 2), (matrix[254, 254], matrix[0, 254], matrix.Pixels));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ConfusionMatrix(256));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ConfusionMatrix(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => matrix[255, 0]);
    }

    [Fact]
    public void CountsGoBeyondThirtyTwoBits()
    {
        var matrix = new ConfusionMatrix(1);
        matrix.Add(new LabelMap(1024, 1024, new byte[1 << 20]), new LabelMap(1024, 1024, new byte[1 << 20]));
        for (int doubling = 0; doubling < 20; doubling++) matrix.Merge(matrix);
        Assert.Equal(1L << 40, matrix.Pixels);
        Assert.Equal(1, matrix.MeanIU);
    }

    [Fact]
    public void TableHasTruthInRows()
    {
        string path = Path.Combine(Path.GetTempPath(), $"fcn-confusion-{Guid.NewGuid():N}.csv");
        try
        {
            File.WriteAllText(path, "old");
            ByHand().SaveCsv(path, ["sky", "tree, \"big\"", "road"]);
            const string table = "truth \\ prediction,sky,\"tree, \"\"big\"\"\",road\nsky,2,1,0\n\"tree, \"\"big\"\"\",1,1,0\nroad,0,0,1\n";
            Assert.Equal(table, File.ReadAllText(path));
            Assert.Throws<ArgumentException>(() => ByHand().SaveCsv(path, ["sky", "tree"]));
            Assert.Contains(path, Refusal.Of(() => ByHand().SaveCsv(path + "/no/folder.csv", ["a", "b", "c"])));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
