namespace Fcn.Devices.Cpu;

// Canonical order (o, i, a, b) <-> [o/16][i/InBlock][a][b][i%InBlock][o%16], see ParameterLayout. One work item is one block of 16 outputs
// by InBlock inputs. Four outputs at a time: four streams are read (or written) in order, and 16 bytes of a line of 16 outputs are filled
// by each step.
internal static unsafe class ParameterPacking
{
    /// Canonical values into parameter memory; absent channels become zeros.
    public static void Pack(CpuPool pool, in ParameterLayout layout, float* canonical, float* memory)
    {
        var frame = new Frame(layout, canonical, memory + layout.Offset);
        pool.Run("pack", &PackBlock, &frame, frame.Blocks);
    }

    /// Parameter memory into canonical order.
    public static void Unpack(CpuPool pool, in ParameterLayout layout, float* memory, float* canonical)
    {
        var frame = new Frame(layout, canonical, memory + layout.Offset);
        pool.Run("unpack", &UnpackBlock, &frame, frame.Blocks);
    }

    private static void PackBlock(void* argument, int item)
    {
        var block = new Block(*(Frame*)argument, item);
        if (block.Outputs < 16 || block.Inputs < block.InBlock) new Span<float>(block.Lines, block.Area * block.InBlock * 16).Clear();
        int o = 0;
        for (; o + 4 <= block.Outputs; o += 4)
        {
            float* from = block.Canonical + o * block.Stride;
            for (int i = 0; i < block.Inputs; i++)
            {
                float* to = block.Lines + i * 16 + o;
                for (int k = 0; k < block.Area; k++, from++, to += block.InBlock * 16)
                {
                    to[0] = from[0];
                    to[1] = from[block.Stride];
                    to[2] = from[2 * block.Stride];
                    to[3] = from[3 * block.Stride];
                }
            }
        }
        for (; o < block.Outputs; o++)
        {
            float* from = block.Canonical + o * block.Stride;
            for (int i = 0; i < block.Inputs; i++)
            {
                float* to = block.Lines + i * 16 + o;
                for (int k = 0; k < block.Area; k++, from++, to += block.InBlock * 16) *to = *from;
            }
        }
    }

    private static void UnpackBlock(void* argument, int item)
    {
        var block = new Block(*(Frame*)argument, item);
        int o = 0;
        for (; o + 4 <= block.Outputs; o += 4)
        {
            float* to = block.Canonical + o * block.Stride;
            for (int i = 0; i < block.Inputs; i++)
            {
                float* from = block.Lines + i * 16 + o;
                for (int k = 0; k < block.Area; k++, to++, from += block.InBlock * 16)
                {
                    to[0] = from[0];
                    to[block.Stride] = from[1];
                    to[2 * block.Stride] = from[2];
                    to[3 * block.Stride] = from[3];
                }
            }
        }
        for (; o < block.Outputs; o++)
        {
            float* to = block.Canonical + o * block.Stride;
            for (int i = 0; i < block.Inputs; i++)
            {
                float* from = block.Lines + i * 16 + o;
                for (int k = 0; k < block.Area; k++, to++, from += block.InBlock * 16) *to = *from;
            }
        }
    }

    private readonly struct Frame(ParameterLayout layout, float* canonical, float* packed)
    {
        public readonly ParameterLayout Layout = layout;
        public readonly float* Canonical = canonical;
        public readonly float* Packed = packed;

        public int InBlocks => (Layout.In + Layout.InBlock - 1) / Layout.InBlock;

        public int Blocks => checked((Layout.Out + 15) / 16 * InBlocks);
    }

    // Canonical: value (first output, first input) of the block; outputs lie Stride apart, the K * K values of an input and its inputs end
    // to end. Lines: 16 outputs each, [K * K][InBlock].
    private readonly struct Block
    {
        public readonly float* Canonical;
        public readonly float* Lines;
        public readonly long Stride;
        public readonly int Outputs;
        public readonly int Inputs;
        public readonly int InBlock;
        public readonly int Area;

        public Block(in Frame frame, int item)
        {
            var layout = frame.Layout;
            int output = item / frame.InBlocks * 16;
            int input = item % frame.InBlocks * layout.InBlock;
            (InBlock, Area) = (layout.InBlock, layout.Kernel * layout.Kernel);
            (Outputs, Inputs) = (Math.Min(16, layout.Out - output), Math.Min(InBlock, layout.In - input));
            Stride = (long)layout.In * Area;
            Canonical = frame.Canonical + output * Stride + (long)input * Area;
            Lines = frame.Packed + (long)item * Area * InBlock * 16;
        }
    }
}
