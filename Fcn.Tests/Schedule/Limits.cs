using Fcn.Devices;
using Fcn.Generator.Kernels;
using Fcn.Generator.Schedule;
using Fcn.Tests.Ops;

namespace Fcn.Tests.Schedule;

// The largest batches that a schedule lets in, in several directions, and the ranges of its numbers there. Most: threads, or items of one
// thread, that a launch may have. Prepared: what earlier modes left in memory.
internal sealed class Limits(
    string label, ModeSchedule mode, long most, Machine? machine, IReadOnlyDictionary<string, Kernel> functions,
    Dictionary<string, Range> prepared, Dictionary<string, string> faults)
{
    public void Check()
    {
        HashSet<RunShape> shapes =
        [
            Largest(static n => new(default, n, 1, 1)),
            Largest(static n => new(default, n, 500, 375)),
            Largest(static n => new(default, n, 1, RunShape.MaxSide)),
            Largest(static n => new(default, n, RunShape.MaxSide, 1)),
            Largest(static h => new(default, 1, h, 375)),
            Largest(static w => new(default, 1, 500, w)),
            Largest(static s => new(default, 1, s, s)),
        ];
        foreach (var shape in shapes.Where(static s => s.Images > 0)) At(shape);
    }

    // The first batch at which a number goes wrong is enough.
    private void Fault(RunShape shape, string number, string values) => faults.TryAdd($"{label}{number}", $"is {values} at {shape}");

    private void At(RunShape shape)
    {
        try
        {
            Evaluate(shape, new(prepared));
        }
        catch (OverflowException overflow)
        {
            Fault(shape, overflow.Message, "too large");
        }
    }

    private bool LetsIn(RunShape shape)
    {
        try
        {
            shape.Verify();
            return Frame(shape) is not null;
        }
        catch (FcnException)
        {
            return false;
        }
    }

    private RunShape Largest(Func<int, RunShape> of)
    {
        int fits = 0;
        for (int step = 1 << 30; step > 0; step /= 2)
            if (fits + (long)step <= int.MaxValue && LetsIn(of(fits + step))) fits += step;
        return fits == 0 ? default : of(fits);
    }

    // The frame's numbers at this batch; null where it is refused.
    private Dictionary<string, long>? Frame(RunShape shape)
    {
        var frame = new Dictionary<string, long>
        {
            ["N"] = shape.Images, ["H"] = shape.Height, ["W"] = shape.Width,
            ["TilePixels"] = machine?.Pixels ?? 0, ["TileBlocks"] = machine?.BlocksPerTile ?? 0,
            ["Processors"] = 256, ["ParameterBlocks"] = 1 << 22,
        };
        if (Math.Min(shape.Height, shape.Width) < mode.Smallest) return null;
        HostValue.Measure(mode, frame);
        return mode.Counts.All(c => frame[c.Name] <= Counting.Most)
            && mode.Launches.All(l => HostValue.Of(l.Blocks, frame) <= most / Math.Max(1, l.Kernel.Threads)) ? frame : null;
    }

    /// All numbers at this batch; stored: what memory holds, before and after.
    public void Evaluate(RunShape shape, Dictionary<string, Range> stored)
    {
        var frame = Frame(shape)!;
        foreach (var buffer in mode.Buffers) HostValue.Of(buffer.Bytes, frame);
        stored["f.Step"] = Unknown("Seed");
        foreach (var launch in mode.Launches.Where(static l => !l.IsOfRuntime))
        {
            var arguments = launch.Parameters.Zip(launch.Arguments).ToDictionary(static a => a.First.Name, static a => a.Second);
            var ranges = new WholeRanges(Argument, Place, stored).Launch(launch.Kernel, HostValue.Of(launch.Blocks, frame));
            Functions(ranges);
            foreach (var (number, values) in ranges.Faults) Fault(shape, number, values);

            Range Argument(string role) =>
                arguments.TryGetValue(role, out var argument) && argument.Type is { Pointer: false, IsWhole: true }
                    ? Range.Of(HostValue.Of(argument, frame)) : Unknown(role);

            string Place(string role) => arguments.TryGetValue(role, out var argument) ? KernelPrinter.Text(argument) : role;
        }
    }

    // What the kernel calls, and what that calls.
    private void Functions(WholeRanges ranges)
    {
        var seen = new HashSet<string>();
        while (ranges.Calls.Keys.Except(seen).ToList() is { Count: > 0 } next)
        {
            foreach (string name in next)
            {
                seen.Add(name);
                ranges.Function(functions[name], ranges.Calls[name]);
            }
        }
    }

    // Seeds are hashed, and may wrap before they are.
    private static Range Unknown(string field) => field == "Seed" ? Range.Of(0) : Range.Int;
}
