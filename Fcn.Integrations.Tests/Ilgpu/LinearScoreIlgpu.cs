// The kernels of LinearScoreCuda as the generator would emit them for ILGPU. They add in its order, so that ILGPU's simulated device gives the
// bits of a CPU.
using Fcn.Devices;
using Fcn.Devices.Cuda;
using Fcn.Devices.Ilgpu;
using Fcn.Tests.Devices.Cpu;
using Fcn.Tests.Devices.Cuda;
using ILGPU;

namespace Fcn.Integrations.Tests.Ilgpu;

internal static class LinearScoreIlgpu
{
    public const int Threads = 128;

    private const int Channels = LinearScore.Channels, Classes = LinearScore.Classes;
    private const int Bias = CudaParameter.Unit;

    // Of StepNumbers, in 32-bit words.
    private const int Accumulate = 0, LossScale = 2, Rate = 3, Momentum = 4, Decay = 5, GradientScale = 6;

    public static IlgpuProgram Program { get; } = new(static () => new Dictionary<string, Delegate>
    {
        ["pack"] = Pack,
        ["pack_backward"] = PackBackward,
        ["score_argmax"] = ArgMaxRow,
        ["score"] = ScoreRow,
        ["score_loss"] = LossRow,
        ["score_gradient"] = GradientOfClass,
        ["loss_sum"] = SumLosses,
        ["update"] = UpdateBlock,
    });

    public static NetworkCode Code { get; } = LinearScoreCuda.Code with { Ilgpu = Program };

    // [class][input, bias]
    private static void Pack(ArrayView<float> from, ArrayView<float> to)
    {
        int k = Group.IdxX;
        if (k >= Classes) return;
        for (int i = 0; i < Channels; i++) to[k * (Channels + 1) + i] = from[k * Channels + i];
        to[k * (Channels + 1) + Channels] = from[Bias + k];
    }

    // [input, bias][class]
    private static void PackBackward(ArrayView<float> from, ArrayView<float> to)
    {
        int k = Group.IdxX;
        if (k >= Classes) return;
        for (int i = 0; i < Channels; i++) to[i * Classes + k] = from[k * Channels + i];
        to[Channels * Classes + k] = from[Bias + k];
    }

    private static float Score(ArrayView<float> packed, ArrayView<float> image, int at, int k)
    {
        float sum = packed[k * (Channels + 1) + Channels];
        for (int i = 0; i < Channels; i++) sum += packed[k * (Channels + 1) + i] * image[at * Channels + i];
        return sum;
    }

    private static void ArgMaxRow(ArrayView<float> packed, ArrayView<float> image, ArrayView<byte> labels, int height, int width)
    {
        for (int x = Group.IdxX; x < width; x += Group.DimX)
        {
            int at = Grid.IdxX * width + x, best = 0;
            float most = Score(packed, image, at, 0);
            for (int k = 1; k < Classes; k++)
            {
                float score = Score(packed, image, at, k);
                if (score > most) best = k;
                if (score > most) most = score;
            }
            labels[at] = (byte)best;
        }
    }

    private static void ScoreRow(ArrayView<float> packed, ArrayView<float> image, ArrayView<float> scores, int height, int width)
    {
        int row = Grid.IdxX;
        for (int x = Group.IdxX; x < width; x += Group.DimX)
        {
            for (int k = 0; k < Classes; k++)
                scores[((row / height * Classes + k) * height + row % height) * width + x] = Score(packed, image, row * width + x, k);
        }
    }

    // A pixel per thread and turn; the row's losses meet in shared memory and are added by one thread.
    private static void LossRow(
        ArrayView<float> packed, ArrayView<float> image, ArrayView<byte> labels, ArrayView<float> slopes, ArrayView<double> losses,
        ArrayView<int> step, int width)
    {
        ArrayView<double> parts = SharedMemory.Allocate<double>(Threads);
        double loss = 0;
        for (int first = 0; first < width; first += Group.DimX)
        {
            int x = first + Group.IdxX, at = Grid.IdxX * width + x;
            parts[Group.IdxX] = x < width ? LossOfPixel(packed, image, labels, slopes, step, at) : 0;
            Group.Barrier();
            if (Group.IdxX == 0)
            {
                for (int i = 0; i < Group.DimX; i++) loss += parts[i];
            }
            Group.Barrier();
        }
        if (Group.IdxX == 0) losses[Grid.IdxX] = loss;
    }

    private static double LossOfPixel(
        ArrayView<float> packed, ArrayView<float> image, ArrayView<byte> labels, ArrayView<float> slopes, ArrayView<int> step, int at)
    {
        double sum = 0;
        for (int k = 0; k < Classes; k++) sum += Math.Exp(TurnedScore(packed, image, at, k));
        int label = labels[at];
        float scale = Interop.IntAsFloat((uint)step[LossScale]);
        for (int k = 0; k < Classes; k++)
        {
            float slope = (float)(Math.Exp(TurnedScore(packed, image, at, k)) / sum) - (k == label ? 1 : 0);
            slopes[at * Classes + k] = label == 255 ? 0 : slope * scale;
        }
        return label == 255 ? 0 : Math.Log(sum) - TurnedScore(packed, image, at, label);
    }

    private static float TurnedScore(ArrayView<float> packed, ArrayView<float> image, int at, int k)
    {
        float sum = packed[Channels * Classes + k];
        for (int i = 0; i < Channels; i++) sum += packed[i * Classes + k] * image[at * Channels + i];
        return sum;
    }

    private static void GradientOfClass(
        ArrayView<float> slopes, ArrayView<float> image, ArrayView<float> gradients, ArrayView<int> step, int pixels)
    {
        int k = Grid.IdxX, i = Group.IdxX;
        if (i > Channels) return;
        float sum = 0;
        for (int at = 0; at < pixels; at++) sum += slopes[at * Classes + k] * (i < Channels ? image[at * Channels + i] : 1);
        int to = i < Channels ? k * Channels + i : Bias + k;
        gradients[to] = step[Accumulate] == 1 ? gradients[to] + sum : sum;
    }

    private static void SumLosses(ArrayView<double> losses, ArrayView<double> loss, int rows)
    {
        if (Group.IdxX != 0) return;
        double sum = 0;
        for (int row = 0; row < rows; row++) sum += losses[row];
        loss[0] = sum;
    }

    private static void UpdateBlock(
        ArrayView<float> values, ArrayView<float> gradients, ArrayView<float> momentum, ArrayView<float> multipliers, ArrayView<int> step)
    {
        int block = Grid.IdxX;
        float rate = Interop.IntAsFloat((uint)step[Rate]) * multipliers[2 * block], decay = Interop.IntAsFloat((uint)step[Decay]) * multipliers[2 * block + 1];
        if (multipliers[2 * block] == 0) return;
        for (int i = Group.IdxX; i < CudaParameter.Unit; i += Group.DimX)
        {
            int at = block * CudaParameter.Unit + i;
            float gradient = Interop.IntAsFloat((uint)step[GradientScale]) * gradients[at] + decay * values[at];
            momentum[at] = Interop.IntAsFloat((uint)step[Momentum]) * momentum[at] + rate * gradient;
            values[at] -= momentum[at];
        }
    }
}
