// Running statistics: state, which training keeps and nobody learns.
using Fcn.Devices.Cpu;
using Fcn.Tests.Ops;
using Xunit;

namespace Fcn.Tests.Training;

public sealed class StateTests
{
    const string Mean = "bn.running_mean", Variance = "bn.running_var";

    internal static readonly GoldenNetwork Declared = new("NormedScenes", 6, """
        [Conv("conv", 5, Bias = false, Relu = false), BatchNorm("bn"), MaxPool("pool"), Score, Upsample(2)]
        """);

    static readonly InputBatch batch = new(2, 6, 5, 3, [.. Enumerable.Range(0, 180).Select(static i => i * 37 % 101)]);

    [Fact]
    public void ItBeginsAsTheStandardNormalDistribution()
    {
        using var network = Declared.Open(CpuDevice.Default);
        network.Initialize(1);
        Assert.All(network.Parameter(Mean).Data, static v => Assert.Equal(0, v));
        Assert.All(network.Parameter(Variance).Data, static v => Assert.Equal(1, v));
        Assert.All(network.Parameter("bn.weight").Data, static v => Assert.Equal(1, v));
        Assert.Equal([Mean, Variance], network.Description.Parameters.Where(static p => p.Kind == ParameterKind.State).Select(static p => p.Name));
        Assert.Equal(5 * 27 + 10 + 6 * 5 + 6, network.Description.ParameterCount);
    }

    [Fact]
    public void ForwardPassesOfTrainingMoveItAndTheSolverDoesNot()
    {
        using var network = Declared.Open(CpuDevice.Default);
        network.Initialize(1);
        network.Engine.Scores(batch, new float[2 * 6 * 30]);
        Assert.All(network.Parameter(Mean).Data, static v => Assert.Equal(0, v));
        float[] first = Step(network), second = Step(network);
        // The batch's mean m: 0.1 m, then 0.9 · 0.1 m + 0.1 m.
        Assert.All(first.Zip(second), static v => Assert.Equal(1.9f * v.First, v.Second, 1e-3f * Math.Abs(v.Second)));
        Assert.All(first, static v => Assert.NotEqual(0, v));
        network.Engine.Update(new(1, 0.9f, 1, 1));
        Assert.Equal(second, network.Parameter(Mean).Data);
        Assert.Contains(network.Parameter("score_fr.weight").Data, static v => v != 0);

        static float[] Step(Network network)
        {
            network.Engine.Backward(batch, new byte[60], new(1, 0, true));
            return network.Parameter(Mean).Data;
        }
    }

    [Fact]
    public void ItIsSavedAndLoaded()
    {
        string file = Path.GetTempFileName();
        try
        {
            using Network trained = Declared.Open(CpuDevice.Default), loaded = Declared.Open(CpuDevice.Default);
            trained.Initialize(1);
            trained.Engine.Backward(batch, new byte[60], new(1, 0, true));
            trained.Save(file);
            loaded.Load(file);
            foreach (string name in (string[])[Mean, Variance]) Assert.Equal(trained.Parameter(name).Data, loaded.Parameter(name).Data);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
