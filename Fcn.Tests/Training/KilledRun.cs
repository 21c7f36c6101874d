// The run that KillTests kills: a real trainer that saves after every update. Its checkpoints are some MB, so that most of its life is
// spent writing; the ballast holds the iteration, so that a file made of two checkpoints would show.
using Fcn.Data;
using Fcn.Training;

namespace Fcn.Tests.Training;

static class KilledRun
{
    public const int Ballast = 1 << 20;

    static readonly TrainerSettings settings = new() { Solver = new() { BaseRate = 0.05 }, CheckpointEvery = 1, LogEvery = 1 };

    // Goes on where the folder's last checkpoint stands, and says "saved n" after each.
    public static void Train(string folder, long iterations)
    {
        using RunFolder run = RunFolder.Open(folder);
        using var net = new BallastNet();
        net.Initialize(7);
        using Trainer trainer = Trainer(net, iterations, run);
        if (File.Exists(run.Last)) trainer.Resume(run.Last);
        trainer.Saved += _ => Console.Out.WriteLine($"saved {trainer.Iteration}");
        trainer.Run();
    }

    // The same run in one go, without files.
    public static int[] Whole(long iterations)
    {
        using var net = new BallastNet();
        net.Initialize(7);
        using Trainer trainer = Trainer(net, iterations, run: null);
        trainer.Run();
        return net.Bits();
    }

    static Trainer Trainer(BallastNet net, long iterations, RunFolder? run)
    {
        var order = new BatchSettings { Augmentation = new() { Mirror = true } };
        var trainer = new Trainer(net, new ColourSet(20), settings with { Iterations = iterations }, order) { Folder = run };
        trainer.Stepped += step => net.Load(step.Iteration);
        return trainer;
    }
}

// A PixelNet with a parameter that is as large as a layer and learns nothing.
sealed class BallastNet() : Network(Describe(), new BallastEngine())
{
    static NetworkSummary Describe()
    {
        NetworkSummary pixels = PixelNet.Describe(3, "BallastNet", 2);
        var ballast = new ParameterSummary("ballast.weight", [KilledRun.Ballast / 64, 64, 1, 1], Fill.Zero, Rate: 0, Decay: 0);
        return pixels with { Parameters = [.. pixels.Parameters, ballast] };
    }

    public void Load(long iteration)
    {
        var values = new float[KilledRun.Ballast];
        Array.Fill(values, iteration);
        Engine.Write(ParameterStore.Values, 3, values);
        Engine.Write(ParameterStore.Momentum, 3, values);
    }

    public int[] Bits() => ((BallastEngine)Engine).Pixels.Bits();
}

sealed class BallastEngine : Engine
{
    readonly float[] values = new float[KilledRun.Ballast], momentum = new float[KilledRun.Ballast];

    public PixelEngine Pixels { get; } = new(3, 2, 0);

    public override string Device => "pixels with ballast";

    public override void Read(ParameterStore store, int parameter, Span<float> into)
    {
        if (parameter < 3) Pixels.Read(store, parameter, into);
        else Store(store).CopyTo(into);
    }

    public override void Write(ParameterStore store, int parameter, ReadOnlySpan<float> from)
    {
        if (parameter < 3) Pixels.Write(store, parameter, from);
        else from.CopyTo(Store(store));
    }

    public override void Segment(InputBatch input, Span<byte> labels, int head = 0) => Pixels.Segment(input, labels);

    public override void Scores(InputBatch input, Span<float> scores, int head = 0) => Pixels.Scores(input, scores);

    public override double Backward(InputBatch input, ReadOnlySpan<byte> labels, in BackwardStep step, Span<double> losses = default) =>
        Pixels.Backward(input, labels, step);

    public override void Update(in SolverStep step) => Pixels.Update(step);

    public override long PlannedBytes(RunMode mode, int images, int height, int width, int head = 0) => 0;

    public override void Dispose() { }

    float[] Store(ParameterStore store) => store == ParameterStore.Values ? values : momentum;
}
