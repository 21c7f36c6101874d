using System.Runtime.InteropServices;
using Fcn.Devices;
using Fcn.Devices.Cpu;
using Fcn.Devices.Schedules;
using Fcn.Generator.Schedule;
using Xunit;

namespace Fcn.Tests.Ops;

// One run of a compiled mode in native memory of its own: 64 floats of guard around every output, NaN in all that is to be written.
internal sealed unsafe class CompiledRun(OpGraph op, string graph, CpuProgram program, RunMode mode)
{
    private const int Guard = 64;

    private readonly NetworkSummary _summary = new(op.Name, 1, new(op.Image.Map.Channels, ChannelOrder.Rgb, [], 1), [], []);

    public Outcome Run(SimdLevel level, CpuPool pool)
    {
        using var plan = new CpuPlan(_summary, program, level, new(mode, op.Images, op.Height, op.Width));
        double[] memory = op.Memory();
        int floats = memory.Length;
        using Block parameters = new(floats), gradients = new(floats), scores = new(op.Leaving(graph) is { } map ? op.Count(map) : 0);
        using var arena = new Block((int)(plan.Arena.Bytes / 4));
        for (int i = 0; i < floats; i++) parameters.Floats[i] = (float)memory[i];
        var step = new StepNumbers { Seed = op.Seed, LossScale = (float)op.LossScale };
        double loss = 0;
        fixed (byte* labels = op.Labels ?? new byte[op.Images * op.Height * op.Width])
        fixed (float* image = Array.ConvertAll(op.Pixels(op.Image), static v => (float)v))
        {
            plan.Frame.Set("Parameters", (long)parameters.Floats);
            plan.Frame.Set("Gradients", (long)gradients.Floats);
            plan.Frame.Set(op.Fields(graph).Scores, (long)scores.Floats);
            plan.Frame.Set(op.Fields(graph).Labels, (long)labels);
            plan.Frame.Set("@data", (long)image);
            plan.Frame.Set("Step", (long)&step);
            plan.Frame.Set(EngineField.Loss(op.Heads[0]).Name, (long)&loss);
            using CpuPrepared all = new(_summary, program, "Prepare"), forGradients = new(_summary, program, "PrepareTraining");
            all.Provide(plan.Frame, parameters.Floats, pool, level);
            forGradients.Provide(plan.Frame, parameters.Floats, pool, level);
            plan.PlaceIn((byte*)arena.Floats);
            plan.Run(pool);
        }
        arena.Check("the arena");
        parameters.Check("the parameters");
        gradients.Check("the gradients");
        scores.Check("the map");
        return new Outcome(
            scores.Copy(),
            op.Parameters.Where(p => !float.IsNaN(gradients.Floats[op.Plan.Offsets[p]]))
                .ToDictionary(p => p, p => op.Places(p).Select(at => (double)gradients.Floats[at.Packed]).ToArray()),
            loss);
    }

    private sealed class Block : IDisposable
    {
        private const float Mark = 12345.678f;

        private readonly float* _memory;
        private readonly int _length;

        public Block(int length)
        {
            _length = length;
            _memory = (float*)NativeMemory.AlignedAlloc((nuint)(length + 2 * Guard) * 4, 64);
            new Span<float>(_memory, length + 2 * Guard).Fill(Mark);
            new Span<float>(Floats, length).Fill(float.NaN);
        }

        public float* Floats => _memory + Guard;

        public void Check(string what)
        {
            for (int i = 0; i < Guard; i++)
                Assert.True(_memory[i] == Mark && Floats[_length + i] == Mark, $"Something was written beside {what}.");
        }

        public double[] Copy() => Array.ConvertAll(new Span<float>(Floats, _length).ToArray(), v => (double)v);

        public void Dispose() => NativeMemory.AlignedFree(_memory);
    }
}
