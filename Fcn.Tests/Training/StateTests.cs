// Running statistics: state, which training keeps and nobody learns.
using Fcn.Devices;
using Fcn.Devices.Cpu;
using Fcn.Tests.Devices.Cuda;
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

    // A ReLU before a normalisation as well as behind it: gradients of either ride on what reads numbers per channel itself.
    [Fact]
    public void BehindAReluCpuAndCardAgree()
    {
        var declared = new GoldenNetwork("Behind", 4, """
            [Conv("conv1", 5), BatchNorm("bn1"), MaxPool("pool"), Conv("conv2", 9), BatchNorm("bn2", Relu = false), Score, Upsample(2)]
            """);
        using var card = PtxCard.Open();
        using var cpu = new CpuDevice(1) { Poison = true };
        var (ofCpu, ofCard) = (Run(cpu), Run(card));
        Assert.Equal(ofCpu.Keys, ofCard.Keys);
        foreach (string name in ofCpu.Keys)
        {
            float most = ofCpu[name].Max(Math.Abs);
            Assert.True(most > 0, name);
            Assert.All(ofCpu[name].Zip(ofCard[name]), v => Assert.Equal(v.First, v.Second, 1e-4f * most));
        }

        Dictionary<string, float[]> Run(Device device)
        {
            using var network = declared.Open(device);
            var (parameters, random) = (network.Description.Parameters, new Random(5));
            for (int i = 0; i < parameters.Count; i++)
            {
                // Weights of both signs; what is a variance is positive.
                float spread = parameters[i].Name.EndsWith("weight", StringComparison.Ordinal) ? -0.5f : 0.5f;
                float[] values = new float[Tensor.Count(parameters[i].Shape)];
                for (int j = 0; j < values.Length; j++) values[j] = 0.2f + random.NextSingle() * spread;
                network.Engine.Write(ParameterStore.Values, i, values);
            }
            var results = new Dictionary<string, float[]> { ["scores"] = new float[2 * 4 * 30] };
            network.Engine.Scores(batch, results["scores"]);
            network.Engine.Backward(batch, [.. Enumerable.Range(0, 60).Select(static i => (byte)(i / 7 % 4))], new(1, 0, true));
            for (int i = 0; i < parameters.Count; i++)
            {
                var store = parameters[i].Kind == ParameterKind.State ? ParameterStore.Values : ParameterStore.Gradients;
                network.Engine.Read(store, i, results[parameters[i].Name] = new float[Tensor.Count(parameters[i].Shape)]);
            }
            return results;
        }
    }
}
