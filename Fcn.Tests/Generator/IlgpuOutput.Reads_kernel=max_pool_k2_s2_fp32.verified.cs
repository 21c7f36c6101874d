// max_pool: 4 channels of a pixel per thread.
// Groups of 256 threads.
public static void max_pool_k2_s2_fp32(int N, int y_H, int y_W, int groups, int groups_magic, int groups_shift, int y_W_magic, int y_W_shift, int y_H_magic, int y_H_shift, int x_H, int x_W, ArrayView<float> x, int x_pitch, ArrayView<float> y, int y_pitch)
{ unchecked {
    int i = Grid.IdxX * 256 + Group.IdxX;
    if (i < N * y_H * y_W * groups)
    {
        int pixel = Real.MultiplyHigh(i << 1, groups_magic) >>> groups_shift;
        int channel = (i - (Real.MultiplyHigh(i << 1, groups_magic) >>> groups_shift) * groups) * 4;
        int row = Real.MultiplyHigh(pixel << 1, y_W_magic) >>> y_W_shift;
        int w = pixel - row * y_W;
        int n = Real.MultiplyHigh(row << 1, y_H_magic) >>> y_H_shift;
        int h = row - n * y_H;
        Float4 max = Float4.Of(float.NegativeInfinity);
        for (int a = 0; a < 2; a++)
        {
            for (int b = 0; b < 2; b++)
            {
                bool counts = (h * 2 + a < x_H) & (w * 2 + b < x_W);
                int row_2 = h * 2 + a;
                int column = w * 2 + b;
                max = Float4.Max(max, Float4.Select(counts, Float4.Load(x, (long)((n * x_H + Math.Max(0, Math.Min(row_2, x_H - 1))) * x_W + Math.Max(0, Math.Min(column, x_W - 1))) * (long)x_pitch + channel), Float4.Of(float.NegativeInfinity)));
            }
        }
        Float4.Store(y, (long)((n * y_H + h) * y_W + w) * (long)y_pitch + channel, max);
    }
} }