using System.Diagnostics;
using Fcn.Devices.Cpu;

namespace Fcn.Devices;

/// <summary>
/// Times launches of a <see cref="CpuPool"/> or a <see cref="Device"/>, one entry per launch in order.
/// Read it when no launch runs.
/// </summary>
public sealed class LaunchProfile
{
    private readonly List<LaunchTime> _launches = [];

    /// <summary>Every launch since the start or the last <see cref="Clear"/>.</summary>
    public IReadOnlyList<LaunchTime> Launches => _launches;

    /// <summary>The launches of one name taken together, names in the order of their first launch.</summary>
    public IReadOnlyList<LaunchTime> ByName()
    {
        var places = new Dictionary<string, int>();
        var sums = new List<LaunchTime>();
        foreach (var launch in _launches)
        {
            if (places.TryAdd(launch.Name, sums.Count)) sums.Add(launch);
            else sums[places[launch.Name]] = sums[places[launch.Name]].Plus(launch);
        }
        return sums;
    }

    /// <summary>Forgets all launches.</summary>
    public void Clear() => _launches.Clear();

    internal void Add(string name, long items, long ticks) => _launches.Add(new LaunchTime(name, items, ticks));
}

/// <summary>One launch, or several of one name.</summary>
/// <param name="Name">Name of the launch, usually a layer's.</param>
/// <param name="Items">Work items; blocks on a GPU.</param>
/// <param name="Ticks">From start to end in ticks of <see cref="Stopwatch"/>.</param>
public readonly record struct LaunchTime(string Name, long Items, long Ticks)
{
    /// <summary>From start to end.</summary>
    public TimeSpan Elapsed => TimeSpan.FromSeconds(Ticks / (double)Stopwatch.Frequency);

    internal LaunchTime Plus(LaunchTime other) => new(Name, Items + other.Items, Ticks + other.Ticks);
}
