// The forward pass and the training step of a network on random pixels. What is timed is the engine alone, as it is with the peers: no image is
// decoded, no mean subtracted.
using Fcn.Devices.Cpu;
using Fcn.Models;

namespace Fcn.Bench;

static class Passes
{
    // Scores of every class at every pixel, as the peer's output is; --labels: the classes alone, which is what Segment needs.
    public static int Forward(Options options)
    {
        using var device = new CpuDevice(options.Whole("threads", 0));
        using Network network = Open(options.Word(1, "the network"), device);
        InputBatch input = Pixels(network, Options.Whole(options.Word(2, "the size"), "the size"));
        var scores = new float[network.Description.Classes * input.Height * input.Width];
        var labels = new byte[input.Height * input.Width];
        bool onlyLabels = options.Has("labels");
        string name = $"forward {network.Description.Name} {input.Height}x{input.Width}, {(onlyLabels ? "labels" : "scores")}";
        return Lap.Run(options, name, network.Engine.Device, () =>
        {
            if (onlyLabels) network.Engine.Segment(input, labels);
            else network.Engine.Scores(input, scores);
        });
    }

    // Forward, backward and update of one image by the rules of the paper: summed loss, momentum 0.99, decay 5e-4.
    public static int Step(Options options)
    {
        using var device = new CpuDevice(options.Whole("threads", 0));
        using Network network = Open(options.Word(1, "the network"), device);
        InputBatch input = Pixels(network, Options.Whole(options.Word(2, "the size"), "the size"));
        var random = new Random(2);
        var labels = new byte[input.Height * input.Width];
        // One pixel in twenty is void, about as in PASCAL VOC.
        for (int i = 0; i < labels.Length; i++)
            labels[i] = random.Next(20) == 0 ? LabelMap.Ignore : (byte)random.Next(network.Description.Classes);
        ulong seed = 0;
        return Lap.Run(options, $"step {network.Description.Name} {input.Height}x{input.Width}", network.Engine.Device, () =>
        {
            double loss = network.Engine.Backward(input, labels, new BackwardStep(LossScale: 1, Seed: seed++, First: true));
            if (!double.IsFinite(loss)) throw new FcnException($"The loss of step {seed} is {loss}: what follows is not worth timing.");
            network.Engine.Update(new SolverStep(Rate: 1e-12f, Momentum: 0.99f, Decay: 5e-4f, GradientScale: 1));
        });
    }

    static Network Open(string name, CpuDevice device)
    {
        Network network = name switch
        {
            "fcn32s" => new Fcn32s(device),
            "fcn16s" => new Fcn16s(device),
            "fcn8s" => new Fcn8s(device),
            "fcnsmall" => new FcnSmall(device),
            _ => throw new FcnException($"'{name}' is no network of this program. There are: fcn32s, fcn16s, fcn8s, fcnsmall."),
        };
        network.Initialize(1);
        return network;
    }

    static InputBatch Pixels(Network network, int size)
    {
        var random = new Random(1);
        var pixels = new float[size * size * network.Description.Input.Channels];
        for (int i = 0; i < pixels.Length; i++) pixels[i] = random.NextSingle() - 0.5f;
        return new InputBatch(1, size, size, network.Description.Input.Channels, pixels);
    }
}
