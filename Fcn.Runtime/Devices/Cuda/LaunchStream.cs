using System.Diagnostics;

namespace Fcn.Devices.Cuda;

// Launches the kernels of a variant into one stream, and times them if asked to.
internal sealed unsafe class LaunchStream(CudaContext context, CudaModules modules, nint stream) : CudaStream
{
    private const int MostArguments = 256;

    private readonly List<(string Name, long Blocks, nint From, nint To)> _timed = [];

    public CudaDriver Driver => context.Driver;

    public nint Handle => stream;

    /// Launches are timed one by one from here to <see cref="Report"/>.
    public bool Timing { get; set; }

    /// False once the driver refused to capture: what it refused once it refuses always.
    public bool CanCapture { get; set; } = context.Driver.CanCapture;

    public override void Launch(int kernel, long blocks, ReadOnlySpan<ulong> arguments)
    {
        if (blocks == 0) return;
        var known = modules.Kernels[kernel];
        if (blocks is < 0 or > int.MaxValue)
            throw new FcnException($"{known.Name} would take {blocks} blocks; a GPU takes {int.MaxValue}. Use smaller images or batches.");
        nint function = modules.Function(kernel);
        if (function == 0 || arguments.Length > MostArguments)
            throw new InvalidOperationException($"The schedule launches {known.Name}, which it does not list, or with too many arguments.");
        void** pointers = stackalloc void*[arguments.Length];
        fixed (ulong* values = arguments)
        {
            for (int i = 0; i < arguments.Length; i++) pointers[i] = values + i;
            nint from = Timing ? Mark() : 0;
            Driver.Launch(function, (uint)blocks, known.Threads, known.SharedBytes, stream, pointers);
            if (Timing) _timed.Add((known.Name, blocks, from, Mark()));
        }
    }

    /// Hands the times over; waits for the launches.
    public void Report(LaunchProfile profile)
    {
        Driver.Wait(stream);
        foreach (var (name, blocks, from, to) in _timed)
        {
            profile.Add(name, blocks, (long)(Driver.Milliseconds(from, to) * Stopwatch.Frequency / 1000));
            Driver.DestroyEvent(from);
            Driver.DestroyEvent(to);
        }
        _timed.Clear();
        Timing = false;
    }

    private nint Mark()
    {
        nint mark = Driver.CreateEvent(timed: true);
        Driver.Record(mark, stream);
        return mark;
    }
}
