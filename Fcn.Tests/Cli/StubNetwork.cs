using Fcn.Cli;
using Fcn.Tests.Training;

namespace Fcn.Tests.Cli;

// A network whose every label is 0, except where it is told to fail.
sealed class StubNetwork(int classes, Func<InputBatch, FcnException?> failure)
    : Network(PixelNet.Describe(classes, Title, 1), new StubEngine(failure))
{
    public const string Title = "StubNetwork";

    public static NetworkCatalog Catalog(int classes, Func<InputBatch, FcnException?> failure) =>
        new NetworkCatalog().Add(
            "stub", PixelNet.Describe(classes, Title, 1), static () => Devices.Cpu.LinearScore.Code, _ => new StubNetwork(classes, failure));

    public static string SaveWeights(string path)
    {
        using var network = new StubNetwork(6, static _ => null);
        network.Save(path, new Dictionary<string, string> { ["network"] = Title });
        return path;
    }
}

sealed class StubEngine(Func<InputBatch, FcnException?> failure) : Engine
{
    public override string Device => "stub";

    public override void Read(ParameterStore store, int parameter, Span<float> values) => values.Clear();

    public override void Write(ParameterStore store, int parameter, ReadOnlySpan<float> values) { }

    public override void Segment(InputBatch input, Span<byte> labels, int head = 0)
    {
        if (failure(input) is { } e) throw e;
        labels.Clear();
    }

    public override void Scores(InputBatch input, Span<float> scores, int head = 0)
    {
        if (failure(input) is { } e) throw e;
        scores.Clear();
    }

    public override double Backward(InputBatch input, ReadOnlySpan<byte> labels, in BackwardStep step, Span<double> losses = default) => 0;

    public override void Update(in SolverStep step) { }

    public override long PlannedBytes(RunMode mode, int images, int height, int width, int head = 0) => 0;

    public override void Dispose() { }
}
