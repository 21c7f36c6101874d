using System.Diagnostics;
using Fcn.Devices.Cuda;
using Fcn.Devices.Schedules;

namespace Fcn.Devices.Gpu;

// Launches the kernels of a variant into one stream, and times them if asked to.
internal sealed unsafe class LaunchStream(GpuContext context, LoadedKernels kernels, nint stream) : IDisposable
{
    private const int MostArguments = 256;

    private readonly List<(string? Name, long Blocks, nint From, nint To)> _marks = [];
    private readonly List<nint> _events = []; // of the marks, and of those that a failure left alone
    private LaunchProfile? _profile;
    private bool _times;

    public GpuDriver Driver => context.Driver;

    public nint Handle => stream;

    /// False while launches are timed one by one.
    public bool TakesGraphs => _profile is null;

    /// For captures; null once the driver refused one: what it refused once it refuses always.
    public IGpuGraphs? Graphs { get; set; } = context.Driver.Graphs;

    /// From here to <see cref="End"/> every launch goes into the profile, if there is one, and whole runs are timed, if asked to.
    public void Begin(LaunchProfile? profile, bool times)
    {
        (_profile, _times) = (profile, times);
        Forget();
    }

    /// The time of the runs since <see cref="Begin"/>; waits for them where something was timed.
    public TimeSpan End()
    {
        if (_marks.Count == 0) return TimeSpan.Zero;
        Driver.Wait(stream);
        long all = 0;
        foreach (var (name, blocks, from, to) in _marks)
        {
            long ticks = (long)(Driver.Milliseconds(from, to) * Stopwatch.Frequency / 1000);
            if (name is null) all += ticks;
            else _profile?.Add(name, blocks, ticks);
        }
        Begin(null, false);
        return TimeSpan.FromSeconds(all / (double)Stopwatch.Frequency);
    }

    /// Before a run of a schedule, for <see cref="Ran"/>.
    public nint Running() => _times ? Mark() : 0;

    public void Ran(nint running)
    {
        if (running != 0) _marks.Add((null, 0, running, Mark()));
    }

    public void Dispose() => Forget();

    /// Launches the kernels of a frame in order.
    public void Launch(ScheduleFrame frame)
    {
        for (int i = 0; i < frame.Schedule.Launches.Count; i++)
        {
            if (frame.Items(i) > 0) Launch(frame.Schedule.Launches[i], frame.Items(i), frame.Arguments(i));
        }
    }

    private void Launch(Schedule.Launch launch, long blocks, long* arguments)
    {
        var known = kernels.Kernels[launch.Kernel];
        CountedLaunches.Check(known, blocks);
        nint function = kernels.Function(launch.Kernel);
        if (function == 0 || launch.Arguments.Length > MostArguments)
            throw new InvalidOperationException($"{launch.Label} launches {known.Name}, which was not loaded, or with too many arguments.");
        void** pointers = stackalloc void*[launch.Arguments.Length];
        for (int i = 0; i < launch.Arguments.Length; i++) pointers[i] = arguments + i;
        nint from = _profile is null ? 0 : Mark();
        Driver.Launch(function, (uint)blocks, known.Threads, known.SharedBytes, stream, pointers);
        if (from != 0) _marks.Add((launch.Label, blocks, from, Mark()));
    }

    private nint Mark()
    {
        nint mark = Driver.CreateEvent(timed: true);
        _events.Add(mark);
        Driver.Record(mark, stream);
        return mark;
    }

    private void Forget()
    {
        foreach (nint mark in _events) Driver.DestroyEvent(mark);
        _events.Clear();
        _marks.Clear();
    }
}
