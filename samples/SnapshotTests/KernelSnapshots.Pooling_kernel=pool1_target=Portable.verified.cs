// pool1: max_pool, conv1 (16, H) -> (16, ⌈H/2⌉)
[MethodImpl(MethodImplOptions.AggressiveOptimization)]
internal static void pool1(void* arguments, int item)
{ unchecked {
    long* from = (long*)arguments;
    int pool1_H = (int)from[0];
    int W = (int)from[1];
    int H = (int)from[2];
    int pool1_W = (int)from[3];
    float* conv1 = (float*)from[4];
    float* pool1 = (float*)from[5];
    int h = item % pool1_H;
    int n = item / pool1_H;
    nint conv1_row = (nint)W * 16;
    nint conv1_plane = H * conv1_row;
    nint conv1_image = conv1_plane;
    nint pool1_row = (nint)(pool1_W + 2) * 16;
    nint pool1_plane = (pool1_H + 2) * pool1_row;
    nint pool1_image = pool1_plane;
    for (int w = 0; w < pool1_W; w++)
    {
        for (int lane = 0; lane < 16; lane += 4)
        {
            Vector128<float> max = Vector128.Create(float.NegativeInfinity);
            for (int a = 0; a < 2; a++)
            {
                for (int b = 0; b < 2; b++)
                {
                    if (h * 2 + a < H && w * 2 + b < W)
                    {
                        max = Vector128.MaxNative(max, Vector128.Load(conv1 + (n * conv1_image + (h * 2 + a) * conv1_row + ((w * 2 + b) * 16 + lane))));
                    }
                }
            }
            Vector128.Store(max, pool1 + (n * pool1_image + (h + 1) * pool1_row + ((w + 1) * 16 + lane)));
        }
    }
} }