using Fcn.Devices;
using Fcn.Models;

namespace Fcn.GpuCheck;

// A network that is measured or compared, and the size at which it is.
sealed record Subject(
    string Name, Func<Device, Network> Open, Func<NetworkCode> Code, NetworkSummary Summary, int Height, int Width, int[] Batches)
{
    static readonly int[] OneAndEight = [1, 8];

    /// Networks that are measured.
    public static IReadOnlyList<Subject> Of(Settings settings) => settings.Rehearse
        ? [Tiny]
        : [Fcn8s, new("fcn32s", static d => new Fcn32s(d), Models.Fcn32s.Code, Models.Fcn32s.Summary, 500, 500, OneAndEight)];

    /// Networks and sizes that a CPU computes in a second: every kernel of the large networks, at few pixels.
    public static IReadOnlyList<Subject> Small(Settings settings) => settings.Rehearse
        ? [Tiny]
        : [
            new("fcn-small", static d => new FcnSmall(d), FcnSmall.Code, FcnSmall.Summary, 97, 131, [2]),
            Fcn8s with { Height = 66, Width = 95, Batches = [2] },
            new("fcn32s", static d => new Fcn32s(d), Models.Fcn32s.Code, Models.Fcn32s.Summary, 1, 1, [1]),
        ];

    public static Subject Find(string name, Settings settings) =>
        Of(settings).FirstOrDefault(s => s.Name == name) ?? throw new FcnException($"There is no network '{name}'.");

    static Subject Fcn8s => new("fcn8s", static d => new Fcn8s(d), Models.Fcn8s.Code, Models.Fcn8s.Summary, 500, 500, OneAndEight);

    static Subject Tiny => new("fcn-tiny", static d => new FcnTiny(d), FcnTiny.Code, FcnTiny.Summary, 5, 4, [1]);

    /// Pixels between -100 and 100, labels of all classes and some 255: the same for everyone.
    public (InputBatch Input, byte[] Labels) Batch(int images, ulong seed = 1)
    {
        var random = new Data.RandomStream(seed);
        var pixels = new float[images * Height * Width * Summary.Input.Channels];
        for (int i = 0; i < pixels.Length; i++) pixels[i] = (float)random.Between(-100, 100);
        var labels = new byte[images * Height * Width];
        for (int i = 0; i < labels.Length; i++) labels[i] = i % 11 == 0 ? (byte)255 : (byte)random.Below(Summary.Classes);
        return (new InputBatch(images, Height, Width, Summary.Input.Channels, pixels), labels);
    }
}

// When a part has to stop beginning anything.
sealed class Deadline(double seconds)
{
    readonly long start = Environment.TickCount64;

    public bool IsOver => Environment.TickCount64 - start > seconds * 1000;

    public string Why => FormattableString.Invariant($"the budget of {seconds:0} s was used up");
}
