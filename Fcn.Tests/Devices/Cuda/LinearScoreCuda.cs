using System.Text;
using Fcn.Devices;
using Fcn.Devices.Cuda;
using Fcn.Devices.Schedules;
using Fcn.Tests.Devices.Cpu;

namespace Fcn.Tests.Devices.Cuda;

// LinearScore as the generator would emit it for GPUs: packed weights, a table of schedules, kernels in the order of its rows. The kernels
// are C# and add in the order of LinearScore, so both devices give the same bits.
internal static unsafe class LinearScoreCuda
{
    public const int SharedBytes = 60_000;

    private const int Channels = LinearScore.Channels, Classes = LinearScore.Classes;
    private const int Bias = CudaParameter.Unit;

    // What the modes Prepare and PrepareTraining write stays until parameters change; every other mode reads it under the same name.
    private const string Schedules = """
        kernel pack parameters packed
        kernel pack_backward parameters packed
        kernel score_argmax packed image labels height width
        kernel score packed image scores height width
        kernel score_loss packed image labels slopes losses step width
        kernel score_gradient slopes image gradients step pixels
        kernel loss_sum losses loss rows
        kernel update parameters gradients momentum multipliers step

        mode Segment 2
        launch score_argmax score_argmax N*H score.packed @data @labels.score_fr H W

        mode Scores 2
        launch score score N*H score.packed @data @scores.score_fr H W

        mode Training 2
        count pixels N*H*W
        buffer score.slopes 0 1 pixels*20
        buffer losses 0 2 N*H*8
        launch score_loss score_loss N*H score.turned @data @labels.score_fr score.slopes losses Step W
        launch score_gradient score_gradient 5 score.slopes @data Gradients Step pixels
        launch loss_sum loss_sum 1 losses @loss.score_fr N*H

        mode Prepare 1
        buffer score.packed 0 0 80
        launch pack pack 1 Parameters score.packed

        mode PrepareTraining 1
        buffer score.turned 0 0 80
        launch pack_backward pack_backward 1 Parameters score.turned

        mode Update 1
        launch update update ParameterBlocks Parameters Gradients Momentum Multipliers Step
        """;

    private static readonly (string Name, int Arguments, BlockBody Body)[] Table =
    [
        ("pack", 2, Pack),
        ("pack_backward", 2, PackBackward),
        ("score_argmax", 5, ArgMaxRow),
        ("score", 5, ScoreRow),
        ("score_loss", 7, LossRow),
        ("score_gradient", 5, GradientOfClass),
        ("loss_sum", 3, SumLosses),
        ("update", 5, UpdateBlock),
    ];

    public static IReadOnlyDictionary<string, BlockBody> Bodies { get; } = Table.ToDictionary(static k => k.Name, static k => k.Body);

    public static CudaProgram Program { get; } = new(
        [Target(75, "6.5"), Target(80, "7.0"), Target(90, "8.0")],
        [new CudaParameter(0, Classes, Channels, 1), new CudaParameter(Bias, Classes, 1, 1)],
        [Variant(CudaPrecision.Fp32, 75), Variant(CudaPrecision.Tf32, 80), Variant(CudaPrecision.Bf16, 80)]);

    public static NetworkCode Code { get; } = LinearScore.Code with { Cuda = Program };

    private static CudaTarget Target(int capability, string version) =>
        new(capability, Text($".version {version}\n.target sm_{capability}\n.address_size 64\n"));

    private static CudaVariant Variant(CudaPrecision precision, int capability) => new(
        precision, capability,
        [.. Table.Select(k => new CudaKernel(k.Name, 128, k.Body == LossRow ? SharedBytes : 0, Text(Ptx(k.Name, k.Arguments, precision))))],
        new ScheduleText(Text(Schedules)));

    private static string Ptx(string name, int arguments, CudaPrecision precision)
    {
        string parameters = string.Join(", ", Enumerable.Range(0, arguments).Select(static i => $".param .u64 a{i}"));
        return $"// {precision}\n.visible .entry {name}({parameters})\n{{\n    ret;\n}}\n";
    }

    private static PtxText Text(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return () => bytes;
    }

    // [class][input, bias]
    private static void Pack(long block, ReadOnlySpan<ulong> a)
    {
        float* from = (float*)a[0], to = (float*)a[1];
        for (int k = 0; k < Classes; k++)
        {
            for (int i = 0; i < Channels; i++) to[k * (Channels + 1) + i] = from[k * Channels + i];
            to[k * (Channels + 1) + Channels] = from[Bias + k];
        }
    }

    // [input, bias][class]
    private static void PackBackward(long block, ReadOnlySpan<ulong> a)
    {
        float* from = (float*)a[0], to = (float*)a[1];
        for (int k = 0; k < Classes; k++)
        {
            for (int i = 0; i < Channels; i++) to[i * Classes + k] = from[k * Channels + i];
            to[Channels * Classes + k] = from[Bias + k];
        }
    }

    private static float Score(float* packed, float* pixel, int k)
    {
        float sum = packed[k * (Channels + 1) + Channels];
        for (int i = 0; i < Channels; i++) sum += packed[k * (Channels + 1) + i] * pixel[i];
        return sum;
    }

    private static void ArgMaxRow(long row, ReadOnlySpan<ulong> a)
    {
        var (packed, image, labels, width) = ((nint)a[0], (nint)a[1], (nint)a[2], (long)a[4]);
        for (long at = row * width; at < (row + 1) * width; at++)
        {
            int best = 0;
            float* pixel = (float*)image + at * Channels;
            for (int k = 1; k < Classes; k++) best = Score((float*)packed, pixel, k) > Score((float*)packed, pixel, best) ? k : best;
            for (int k = 0; k < Classes; k++) best = float.IsFinite(Score((float*)packed, pixel, k)) ? best : ScoreCheck.NoClass;
            ((byte*)labels)[at] = (byte)best;
        }
    }

    private static void ScoreRow(long row, ReadOnlySpan<ulong> a)
    {
        float* packed = (float*)a[0], image = (float*)a[1], scores = (float*)a[2];
        long height = (long)a[3], width = (long)a[4];
        for (long x = 0; x < width; x++)
        {
            for (int k = 0; k < Classes; k++)
            {
                float score = Score(packed, image + (row * width + x) * Channels, k);
                scores[((row / height * Classes + k) * height + row % height) * width + x] = score;
            }
        }
    }

    private static void LossRow(long row, ReadOnlySpan<ulong> a)
    {
        float* packed = (float*)a[0], image = (float*)a[1], slopes = (float*)a[3];
        byte* labels = (byte*)a[2];
        var step = (StepNumbers*)a[5];
        long width = (long)a[6];
        float* scores = stackalloc float[Classes];
        double loss = 0;
        for (long at = row * width; at < (row + 1) * width; at++)
        {
            float* pixel = image + at * Channels;
            double sum = 0;
            for (int k = 0; k < Classes; k++)
            {
                scores[k] = packed[Channels * Classes + k];
                for (int i = 0; i < Channels; i++) scores[k] += packed[i * Classes + k] * pixel[i];
                sum += Math.Exp(scores[k]);
            }
            byte label = labels[at];
            for (int k = 0; k < Classes; k++)
            {
                float slope = (float)(Math.Exp(scores[k]) / sum) - (k == label ? 1 : 0);
                slopes[at * Classes + k] = label == 255 ? 0 : slope * step->LossScale;
            }
            if (label != 255) loss += Math.Log(sum) - scores[label];
        }
        ((double*)a[4])[row] = loss;
    }

    private static void GradientOfClass(long k, ReadOnlySpan<ulong> a)
    {
        float* slopes = (float*)a[0], image = (float*)a[1], gradients = (float*)a[2];
        var step = (StepNumbers*)a[3];
        for (int i = 0; i <= Channels; i++)
        {
            float sum = 0;
            for (long at = 0; at < (long)a[4]; at++) sum += slopes[at * Classes + k] * (i < Channels ? image[at * Channels + i] : 1);
            float* to = gradients + (i < Channels ? k * Channels + i : Bias + k);
            *to = step->Accumulate == 1 ? *to + sum : sum;
        }
    }

    private static void SumLosses(long block, ReadOnlySpan<ulong> a)
    {
        double sum = 0;
        for (long row = 0; row < (long)a[2]; row++) sum += ((double*)a[0])[row];
        *(double*)a[1] = sum;
    }

    private static void UpdateBlock(long block, ReadOnlySpan<ulong> a)
    {
        long first = block * CudaParameter.Unit;
        float* values = (float*)a[0] + first, gradients = (float*)a[1] + first, momentum = (float*)a[2] + first;
        float* multipliers = (float*)a[3] + 2 * block;
        var step = (StepNumbers*)a[4];
        if (multipliers[0] == 0) return;
        float rate = step->Rate * multipliers[0], decay = step->Decay * multipliers[1];
        for (int i = 0; i < CudaParameter.Unit; i++)
        {
            float gradient = step->GradientScale * gradients[i] + decay * values[i];
            momentum[i] = step->Momentum * momentum[i] + rate * gradient;
            values[i] -= momentum[i];
        }
    }
}
