using Fcn.Devices;
using Fcn.Devices.Cpu;
using Fcn.Devices.Schedules;

namespace Fcn.Tests.Devices.Cpu;

// What the generator would emit for a network of one layer, written by hand in plain scalar code: a 1x1 convolution from 3 channels to 5
// classes, softmax loss, one pixel of border that nothing needs. The table, its parsing and the launches are used as those of generated
// networks are.
internal static unsafe class LinearScore
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
        [
            Kernel("score_argmax", &ArgMaxRow),
            Kernel("score", &ScoreRow),
            Kernel("score_loss", &LossRow),
            Kernel("score_gradient", &GradientOfClass),
        ],
        static () => Schedules));

    // A kernel's parameters are roles, in the order in which its function finds them. pad_image and total are the runtime's own. A launch has
    // a label, a kernel, its work items, and an argument for every role; a buffer has its first and its last launch and its bytes.
    public static ReadOnlySpan<byte> Schedules =>
        """
        level Avx512 14 1
        level Avx2 6 1
        level Portable 4 1
        kernel pad_image image padded height width channels halo
        kernel score_argmax x height width parameters labels
        kernel score x height width parameters scores
        kernel score_loss x height width parameters labels slopes losses step
        kernel score_gradient x height width slopes rows gradients step
        kernel total partial count sum

        mode Segment 2 # Image to labels.
        buffer image 0 1 N*(H+2)*(W+2)*12
        launch data pad_image N*(H+2) @data image H W 3 1
        launch score+argmax score_argmax N*H image H W Parameters @labels.score_fr

        mode Scores 2 # Image to scores at full resolution.
        buffer image 0 1 N*(H+2)*(W+2)*12
        launch data pad_image N*(H+2) @data image H W 3 1
        launch score score N*H image H W Parameters @scores.score_fr

        mode Training 2 # Image and labels to loss and gradients.
        count rows N*H
        buffer image 0 2 N*(H+2)*(W+2)*12
        buffer score.slopes 1 2 rows*W*20
        buffer losses 1 3 rows*8
        launch data pad_image N*(H+2) @data image H W 3 1
        launch score+loss score_loss rows image H W Parameters @labels.score_fr score.slopes losses Step
        launch score.gradient score_gradient 5 image H W score.slopes rows Gradients Step
        launch loss total 1 losses rows @loss.score_fr
        """u8;

    private static CpuKernel Kernel(string name, delegate*<void*, int, void> function) => new(name, function, function, function);

    /// A row of an image with a border, and what scores it. The first roles of every kernel: x, height, width.
    private readonly struct Row(long* roles, int row)
    {
        private readonly int _y = (int)(row % roles[1]);
        private readonly int _height = (int)roles[1];
        private readonly float* _x =
            (float*)roles[0] + ((row / roles[1] * (roles[1] + 2) + row % roles[1] + 1) * (roles[2] + 2) + 1) * Channels;

        public int Width { get; } = (int)roles[2];

        public float* Pixel(int x) => _x + (long)x * Channels;

        public void Score(int x, float* parameters, float* scores)
        {
            // Neighbours that lie on the border are part of the sum: their zeros change nothing, and a border that was not cleared shows.
            float* pixel = Pixel(x);
            long line = (Width + 2L) * Channels;
            for (int k = 0; k < Classes; k++)
            {
                float sum = parameters[48 + k];
                for (int i = 0; i < Channels; i++)
                {
                    float value = pixel[i];
                    if (_y == 0) value += pixel[i - line];
                    if (_y == _height - 1) value += pixel[i + line];
                    if (x == 0) value += pixel[i - Channels];
                    if (x == Width - 1) value += pixel[i + Channels];
                    sum += parameters[i * 16 + k] * value;
                }
                scores[k] = sum;
            }
        }
    }

    internal static void ArgMaxRow(void* arguments, int item)
    {
        long* roles = (long*)arguments;
        var row = new Row(roles, item);
        float* parameters = (float*)roles[3], scores = stackalloc float[Classes];
        byte* labels = (byte*)roles[4] + (long)item * row.Width;
        for (int x = 0; x < row.Width; x++)
        {
            row.Score(x, parameters, scores);
            int best = 0;
            for (int k = 1; k < Classes; k++) best = scores[k] > scores[best] ? k : best;
            for (int k = 0; k < Classes; k++) best = float.IsFinite(scores[k]) ? best : ScoreCheck.NoClass;
            labels[x] = (byte)best;
        }
    }

    private static void ScoreRow(void* arguments, int item)
    {
        long* roles = (long*)arguments;
        var row = new Row(roles, item);
        float* parameters = (float*)roles[3], scores = stackalloc float[Classes], to = (float*)roles[4];
        long height = roles[1], n = item / height, y = item % height;
        for (int x = 0; x < row.Width; x++)
        {
            row.Score(x, parameters, scores);
            for (int k = 0; k < Classes; k++) to[((n * Classes + k) * height + y) * row.Width + x] = scores[k];
        }
    }

    private static void LossRow(void* arguments, int item)
    {
        long* roles = (long*)arguments;
        var row = new Row(roles, item);
        float* parameters = (float*)roles[3], scores = stackalloc float[Classes];
        float* slopes = (float*)roles[5] + (long)item * row.Width * Classes;
        byte* labels = (byte*)roles[4] + (long)item * row.Width;
        var step = (StepNumbers*)roles[7];
        double loss = 0;
        for (int x = 0; x < row.Width; x++)
        {
            row.Score(x, parameters, scores);
            byte label = labels[x];
            double sum = 0;
            for (int k = 0; k < Classes; k++) sum += Math.Exp(scores[k]);
            for (int k = 0; k < Classes; k++)
            {
                float slope = (float)(Math.Exp(scores[k]) / sum) - (k == label ? 1 : 0);
                slopes[x * Classes + k] = label == 255 ? 0 : slope * step->LossScale;
            }
            if (label != 255) loss += Math.Log(sum) - scores[label];
        }
        ((double*)roles[6])[item] = loss;
    }

    private static void GradientOfClass(void* arguments, int k)
    {
        long* roles = (long*)arguments;
        float* gradients = (float*)roles[5];
        var step = (StepNumbers*)roles[6];
        for (int i = 0; i <= Channels; i++)
        {
            float sum = 0;
            for (int item = 0; item < roles[4]; item++)
            {
                var row = new Row(roles, item);
                float* slopes = (float*)roles[3] + (long)item * row.Width * Classes + k;
                for (int x = 0; x < row.Width; x++) sum += slopes[x * Classes] * (i < Channels ? row.Pixel(x)[i] : 1);
            }
            float* to = gradients + (i < Channels ? i * 16 : 48) + k;
            *to = step->Accumulate == 1 ? *to + sum : sum;
        }
    }
}
