// Something to repeat → its times. Alone: as many as asked for, one line at the end. With --serve: as many as each line of the input says,
// one line of times for each, so that a script can let several programs take turns; they sleep while another runs.
using System.Diagnostics;
using System.Text.Json;

namespace Fcn.Bench;

static class Lap
{
    public static int Run(Options options, string name, string device, Action once)
    {
        double first = Time(once);
        if (options.Has("serve"))
        {
            Line(w => { w.WriteString("name", name); w.WriteString("device", device); w.WriteNumber("first_ms", Round(first)); });
            while (Console.ReadLine() is { Length: > 0 } count) Line(w => Write(w, Times(Options.Whole(count, "a round"), once)));
            Line(w => w.WriteNumber("peak_mb", PeakMegabytes()));
            return 0;
        }
        double[] times = Times(options.Whole("iterations", 5), once);
        Line(w =>
        {
            w.WriteString("name", name);
            w.WriteString("device", device);
            w.WriteNumber("first_ms", Round(first));
            w.WriteNumber("median_ms", Round(Median(times)));
            w.WriteNumber("min_ms", Round(times.Min()));
            w.WriteNumber("peak_mb", PeakMegabytes());
        });
        return 0;
    }

    public static double Time(Action once)
    {
        long start = Stopwatch.GetTimestamp();
        once();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    public static double Median(IReadOnlyList<double> times)
    {
        double[] sorted = [.. times.Order()];
        return sorted.Length == 0 ? double.NaN : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    public static double Round(double milliseconds) => Math.Round(milliseconds, 3);

    public static void Line(Action<Utf8JsonWriter> write)
    {
        using var memory = new MemoryStream();
        using (var writer = new Utf8JsonWriter(memory))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }
        Console.WriteLine(System.Text.Encoding.UTF8.GetString(memory.ToArray()));
        Console.Out.Flush();
    }

    // Highest resident memory so far. Linux knows it exactly (VmHWM); elsewhere .NET asks the system.
    public static long PeakMegabytes()
    {
        const string Status = "/proc/self/status";
        if (!File.Exists(Status)) return Process.GetCurrentProcess().PeakWorkingSet64 >> 20;
        string line = File.ReadLines(Status).First(static l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line.AsSpan(6).Trim()[..^3]) >> 10;
    }

    static double[] Times(int count, Action once)
    {
        var times = new double[count];
        for (int i = 0; i < count; i++) times[i] = Time(once);
        return times;
    }

    static void Write(Utf8JsonWriter writer, double[] times)
    {
        writer.WriteStartArray("ms");
        foreach (double time in times) writer.WriteNumberValue(Round(time));
        writer.WriteEndArray();
    }
}
