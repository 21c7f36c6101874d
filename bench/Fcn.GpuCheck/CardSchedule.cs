// An op's graphs, scheduled for a GPU machine, rendered to PTX and run by a driver: what Fcn.Tests' EmulatedSchedule does in the
// emulator. Every buffer is memory of its own, full of NaNs at first.
using System.Runtime.InteropServices;
using System.Text;
using Fcn.Devices.Cuda;
using Fcn.Generator.Graph;
using Fcn.Generator.Schedule;
using Fcn.Generator.Schedule.Gpu;
using Fcn.Generator.Targets.Ptx;
using Fcn.Tests.Ops;

namespace Fcn.GpuCheck;

sealed unsafe class CardSchedule : IDisposable
{
    const int SharedBytesByDefault = 48 * 1024;

    readonly OpenCard card;
    readonly OpGraph op;
    readonly GpuMachine machine;
    readonly Dictionary<string, ModeSchedule> modes;
    readonly IReadOnlyList<ModeSchedule> prepare;
    readonly Dictionary<string, long> fields = [];
    readonly Dictionary<string, (ulong Address, long Bytes)> blocks = [];
    readonly Dictionary<string, nint> functions;
    readonly nint stream;

    /// <param name="card">Where it runs.</param>
    /// <param name="op">The graphs and their inputs.</param>
    /// <param name="machine">How contractions multiply.</param>
    /// <param name="functions">Kernels that were loaded before, by their text; new ones are added.</param>
    public CardSchedule(OpenCard card, OpGraph op, GpuMachine machine, Dictionary<string, nint> functions)
    {
        (this.card, this.op, this.machine, this.functions) = (card, op, machine, functions);
        var preparation = new Preparation();
        modes = op.Graphs.ToDictionary(g => g.Key, g => new GpuPlanner(g.Value, op.GpuPlan, machine, preparation).Plan(g.Key));
        prepare = preparation.Schedules;
        card.MakeCurrent();
        stream = card.Driver.CreateStream();
        (fields["N"], fields["H"], fields["W"]) = (op.Images, op.Height, op.Width);
        (fields["Processors"], fields["ParameterBlocks"]) = (card.Processors, op.GpuPlan.Floats / GpuParameterPlan.Unit);
        Write<float>("Parameters", Array.ConvertAll(op.GpuMemory(), static v => (float)v));
        foreach (Node input in op.Inputs) Write<float>(EngineField.Image(input).Name, Array.ConvertAll(op.Pixels(input), static v => (float)v));
        foreach (ModeSchedule mode in prepare) Run(mode);
    }

    /// Runs one graph.
    public Outcome Run(string graph)
    {
        Write<float>("Gradients", Nans(op.GpuPlan.Floats));
        foreach (Head head in op.Heads)
        {
            Write<byte>(EngineField.Labels(head).Name, op.LabelsOf(head) ?? new byte[op.Images * op.Height * op.Width]);
            Write<double>(EngineField.Loss(head).Name, [0]);
        }
        string scoresField = op.Fields(graph).Scores;
        Write<int>("Step", [0, op.Seed, BitConverter.SingleToInt32Bits((float)op.LossScale), 0, 0, 0, 0]);
        // The loss op alone: what leaves is the map of its gradient.
        bool leaves = op.Leaving(graph) is not null;
        if (leaves) Write<float>(scoresField, Nans(op.Count(op.Leaving(graph)!)));
        Run(modes[graph]);
        double[] scores = leaves ? Doubles(Read<float>(scoresField)) : [];
        return new Outcome(scores, Gradients(), op.Heads.Sum(h => h.LossWeight * Read<double>(EngineField.Loss(h).Name)[0]));
    }

    public void Dispose()
    {
        card.Driver.Wait(stream);
        foreach (var (address, _) in blocks.Values) card.Driver.Free(address);
        card.Driver.DestroyStream(stream);
    }

    void Run(ModeSchedule mode)
    {
        HostValue.Measure(mode, fields);
        bool stays = prepare.Contains(mode);
        foreach (PlannedBuffer buffer in mode.Buffers)
        {
            if (stays && blocks.ContainsKey(buffer.Name)) continue;
            Allocate(buffer.Name, HostValue.Of(buffer.Bytes, fields));
        }
        foreach (Launch launch in mode.Launches) Launch(launch);
        card.Driver.Wait(stream);
    }

    void Launch(Launch launch)
    {
        long count = HostValue.Of(launch.Blocks, fields);
        if (count == 0) return;
        PtxKernel kernel = PtxRenderer.Render(launch.Kernel);
        nint function = Function(kernel);
        ulong[] arguments = [.. kernel.Fields.Select(f => (ulong)HostValue.Of(launch.Argument(f.Name), fields))];
        void** pointers = stackalloc void*[Math.Max(1, arguments.Length)];
        fixed (ulong* values = arguments)
        {
            for (int i = 0; i < arguments.Length; i++) pointers[i] = values + i;
            card.Driver.Launch(function, checked((uint)count), kernel.Threads, kernel.SharedBytes, stream, pointers);
        }
    }

    nint Function(PtxKernel kernel)
    {
        PtxTarget target = PtxTarget.All.Last(t => t.Capability <= card.Capability);
        string text = target.Header + kernel.Text;
        if (functions.TryGetValue(text, out nint known)) return known;
        nint function = card.Driver.Function(card.Load([.. Encoding.UTF8.GetBytes(text), 0], kernel.Name), kernel.Name);
        if (kernel.SharedBytes > SharedBytesByDefault)
            card.Driver.SetAttribute(function, CudaFunctionAttribute.MaxDynamicSharedBytes, kernel.SharedBytes);
        return functions[text] = function;
    }

    Dictionary<string, double[]> Gradients()
    {
        float[] all = Read<float>("Gradients");
        var gradients = new Dictionary<string, double[]>();
        foreach (string parameter in op.Parameters)
        {
            long first = op.GpuPlan.Offsets[parameter];
            if (!float.IsNaN(all[first])) gradients[parameter] = [.. op.GpuPlaces(parameter).Select(at => (double)all[first + at])];
        }
        return gradients;
    }

    void Allocate(string field, long bytes)
    {
        if (blocks.Remove(field, out var before)) card.Driver.Free(before.Address);
        ulong address = card.Driver.Allocate(Math.Max(bytes, 4));
        (blocks[field], fields[field]) = ((address, bytes), (long)address);
        if (bytes > 0) card.Driver.Fill(address, byte.MaxValue, bytes, stream);
    }

    void Write<T>(string field, T[] values) where T : unmanaged
    {
        long bytes = (long)values.Length * sizeof(T);
        Allocate(field, bytes);
        fixed (T* from = values)
        {
            card.Driver.Upload(blocks[field].Address, (byte*)from, bytes, stream);
            card.Driver.Wait(stream);
        }
    }

    T[] Read<T>(string field) where T : unmanaged
    {
        var (address, bytes) = blocks[field];
        var values = new T[bytes / sizeof(T)];
        fixed (T* to = values)
        {
            card.Driver.Download((byte*)to, address, bytes, stream);
            card.Driver.Wait(stream);
        }
        return values;
    }

    static float[] Nans(long count)
    {
        var values = new float[count];
        Array.Fill(values, float.NaN);
        return values;
    }

    static double[] Doubles(float[] values) => Array.ConvertAll(values, static v => (double)v);
}
