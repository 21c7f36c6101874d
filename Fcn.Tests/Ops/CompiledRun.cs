using System.Runtime.InteropServices;
using Fcn.Devices;
using Fcn.Devices.Cpu;
using Fcn.Generator.Ops;
using Xunit;

namespace Fcn.Tests.Ops;

// One run of a compiled schedule in native memory of its own: 64 floats of guard around every output, NaN in all that is to be written.
internal sealed unsafe class CompiledRun(OpGraph op, string graph, CpuSchedule schedule)
{
    private const int Guard = 64;

    public Outcome Run(SimdLevel level, CpuPool pool)
    {
        byte* bytes = (byte*)NativeMemory.AllocZeroed((nuint)schedule.FrameBytes);
        var frame = (CpuFrame*)bytes;
        double[] memory = op.Memory();
        int floats = memory.Length;
        var leaving = op.Graphs[graph].Outputs[0].Node.Map;
        int mapFloats = op.Images * leaving.Channels * leaving.Size.At(op.Height) * leaving.Size.At(op.Width);
        using Block parameters = new(floats), gradients = new(floats), scores = new(mapFloats);
        for (int i = 0; i < floats; i++) parameters.Floats[i] = (float)memory[i];
        byte[] labels = op.Labels ?? new byte[op.Images * op.Height * op.Width];
        fixed (byte* label = labels)
        {
            (frame->N, frame->H, frame->W, frame->Seed, frame->LossScale) = (op.Images, op.Height, op.Width, op.Seed, (float)op.LossScale);
            frame->Parameters = parameters.Floats;
            frame->Gradients = gradients.Floats;
            frame->Scores = scores.Floats;
            frame->Labels = label;
            schedule.Measure(bytes);
            var plan = new ArenaPlan();
            schedule.Plan(bytes, plan);
            using var arena = new Block((int)(plan.Bytes / 4));
            plan.Place((byte*)arena.Floats);
            FillImage(frame);
            schedule.Run(bytes, pool, level);
            double loss = 0;
            for (int i = 0; i < frame->LossCount; i++) loss += frame->Losses[i];
            arena.Check("the arena");
            parameters.Check("the parameters");
            gradients.Check("the gradients");
            scores.Check("the map");
            var outcome = new Outcome(
                scores.Copy(),
                op.Parameters.Where(p => !float.IsNaN(gradients.Floats[op.Plan.Offsets[p]]))
                    .ToDictionary(p => p, p => op.Places(p).Select(at => (double)gradients.Floats[at.Packed]).ToArray()),
                loss);
            NativeMemory.Free(bytes);
            return outcome;
        }
    }

    private void FillImage(CpuFrame* frame)
    {
        if (frame->Image == null) return;
        double[] pixels = op.Pixels();
        int halo = frame->ImageHalo, channels = op.Image.Map.Channels, row = op.Width * channels, pitch = row + 2 * halo * channels;
        new Span<float>(frame->Image, op.Images * (op.Height + 2 * halo) * pitch).Clear();
        for (int i = 0; i < pixels.Length; i++)
        {
            int line = i / row, n = line / op.Height, h = line % op.Height;
            frame->Image[(n * (op.Height + 2 * halo) + h + halo) * pitch + halo * channels + i % row] = (float)pixels[i];
        }
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
