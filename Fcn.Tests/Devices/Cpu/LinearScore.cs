using System.Runtime.InteropServices;
using Fcn.Devices;
using Fcn.Devices.Cpu;

namespace Fcn.Tests.Devices.Cpu;

// What the generator would emit for a network of one layer, written by hand in plain scalar code: a 1x1 convolution from 3 channels to 5
// classes, softmax loss, one pixel of border that nothing needs. The frame, the plan and the launches are used as generated schedules use
// them.
internal sealed unsafe class LinearScore(RunMode mode) : CpuSchedule
{
    public const int Channels = 3;
    public const int Classes = 5;

    public static NetworkSummary Summary { get; } = new(
        "LinearScore",
        Classes,
        new InputSummary(Channels, ChannelOrder.Rgb, [0, 0, 0], 1),
        [],
        [
            new ParameterSummary("score.weight", [Classes, Channels, 1, 1], Fill.Zero, 1, 1),
            new ParameterSummary("score.bias", [Classes], Fill.Zero, 2, 0),
        ]);

    public static NetworkCode Code { get; } = new(new CpuProgram(
        [new ParameterLayout(0, Classes, Channels, 1, Channels), new ParameterLayout(48, Classes, 1, 1, 1)],
        new LinearScore(RunMode.Segment),
        new LinearScore(RunMode.Scores),
        new LinearScore(RunMode.Training)));

    public override int FrameBytes => sizeof(Frame);

    public override void Measure(void* frame)
    {
        var f = (Frame*)frame;
        if (f->Base.H < 2) throw new FcnException($"Layer 'score' would be empty at {f->Base.H}x{f->Base.W}; the smallest height is 2.");
        f->Base.ImageHalo = 1;
        f->Base.LossCount = mode == RunMode.Training ? f->Base.N * f->Base.H : 0;
        f->Pixels = f->Base.N * f->Base.H * f->Base.W;
    }

    public override void Plan(void* frame, ArenaPlan arena)
    {
        var f = (Frame*)frame;
        arena.Add((void**)&f->Base.Image, "image", (long)f->Base.N * (f->Base.H + 2) * (f->Base.W + 2) * Channels * sizeof(float), 0, 2);
        if (mode != RunMode.Training) return;
        arena.Add((void**)&f->Slopes, "score.slopes", (long)f->Pixels * Classes * sizeof(float), 1, 2);
        arena.Add((void**)&f->Base.Losses, "losses", f->Base.LossCount * sizeof(double), 1, 2);
    }

    public override void Run(void* frame, CpuPool pool, SimdLevel level)
    {
        var f = (Frame*)frame;
        int rows = f->Base.N * f->Base.H;
        if (mode == RunMode.Segment) pool.Run("score+argmax", &ArgMaxRow, frame, rows);
        if (mode == RunMode.Scores) pool.Run("score", &ScoreRow, frame, rows);
        if (mode != RunMode.Training) return;
        pool.Run("score+loss", &LossRow, frame, rows);
        pool.Run("score.gradient", &GradientOfClass, frame, Classes);
    }

    private static float* PixelAt(Frame* f, int row, int x) =>
        f->Base.Image + (((long)(row / f->Base.H) * (f->Base.H + 2) + row % f->Base.H + 1) * (f->Base.W + 2) + x + 1) * Channels;

    private static void ScorePixel(Frame* f, int row, int x, float* scores)
    {
        // Neighbours that lie on the border are part of the sum: their zeros change nothing, and a border that was not cleared shows.
        float* pixel = PixelAt(f, row, x);
        long line = (f->Base.W + 2L) * Channels;
        int y = row % f->Base.H;
        for (int k = 0; k < Classes; k++)
        {
            float sum = f->Base.Parameters[48 + k];
            for (int i = 0; i < Channels; i++)
            {
                float value = pixel[i];
                if (y == 0) value += pixel[i - line];
                if (y == f->Base.H - 1) value += pixel[i + line];
                if (x == 0) value += pixel[i - Channels];
                if (x == f->Base.W - 1) value += pixel[i + Channels];
                sum += f->Base.Parameters[i * 16 + k] * value;
            }
            scores[k] = sum;
        }
    }

    private static void ArgMaxRow(void* frame, int row)
    {
        var f = (Frame*)frame;
        float* scores = stackalloc float[Classes];
        for (int x = 0; x < f->Base.W; x++)
        {
            ScorePixel(f, row, x, scores);
            int best = 0;
            for (int k = 1; k < Classes; k++) best = scores[k] > scores[best] ? k : best;
            for (int k = 0; k < Classes; k++) best = float.IsFinite(scores[k]) ? best : ScoreCheck.NoClass;
            f->Base.Labels[(long)row * f->Base.W + x] = (byte)best;
        }
    }

    private static void ScoreRow(void* frame, int row)
    {
        var f = (Frame*)frame;
        float* scores = stackalloc float[Classes];
        var (n, y) = (row / f->Base.H, row % f->Base.H);
        for (int x = 0; x < f->Base.W; x++)
        {
            ScorePixel(f, row, x, scores);
            for (int k = 0; k < Classes; k++) f->Base.Scores[(((long)n * Classes + k) * f->Base.H + y) * f->Base.W + x] = scores[k];
        }
    }

    private static void LossRow(void* frame, int row)
    {
        var f = (Frame*)frame;
        float* scores = stackalloc float[Classes];
        double loss = 0;
        for (int x = 0; x < f->Base.W; x++)
        {
            ScorePixel(f, row, x, scores);
            long pixel = (long)row * f->Base.W + x;
            byte label = f->Base.Labels[pixel];
            double sum = 0;
            for (int k = 0; k < Classes; k++) sum += Math.Exp(scores[k]);
            for (int k = 0; k < Classes; k++)
            {
                float slope = (float)(Math.Exp(scores[k]) / sum) - (k == label ? 1 : 0);
                f->Slopes[pixel * Classes + k] = label == 255 ? 0 : slope * f->Base.LossScale;
            }
            if (label != 255) loss += Math.Log(sum) - scores[label];
        }
        f->Base.Losses[row] = loss;
    }

    private static void GradientOfClass(void* frame, int k)
    {
        var f = (Frame*)frame;
        for (int i = 0; i <= Channels; i++)
        {
            float sum = 0;
            for (int row = 0; row < f->Base.N * f->Base.H; row++)
            {
                float* slopes = f->Slopes + (long)row * f->Base.W * Classes + k;
                for (int x = 0; x < f->Base.W; x++) sum += slopes[x * Classes] * (i < Channels ? PixelAt(f, row, x)[i] : 1);
            }
            float* to = f->Base.Gradients + (i < Channels ? i * 16 : 48) + k;
            *to = f->Base.Accumulate == 1 ? *to + sum : sum;
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Frame
    {
        public CpuFrame Base;
        public int Pixels;
        public float* Slopes;
    }
}
