// conv1: conv+relu, data (3, H) -> (16, H)
[MethodImpl(MethodImplOptions.AggressiveOptimization)]
internal static void conv1(void* arguments, int item)
{ unchecked {
    long* from_ = (long*)arguments;
    int H = (int)from_[0];
    int N = (int)from_[1];
    int W = (int)from_[2];
    float* data = (float*)from_[3];
    float* Parameters = (float*)from_[4];
    float* conv1 = (float*)from_[5];
    int group = item / (H * N);
    nint data_row = (nint)(W + 2) * 3;
    nint data_plane = (H + 2) * data_row;
    nint data_image = data_plane;
    nint conv1_row = (nint)W * 16;
    nint conv1_plane = H * conv1_row;
    nint conv1_image = conv1_plane;
    int n = item / H % N;
    int h = item % H;
    float* x = data + (n * data_image + h * data_row);
    float* weight = Parameters + (nint)group * 432;
    float* y = conv1 + (n * conv1_image + group * conv1_plane + h * conv1_row);
    int tiles = (W + 5) / 6;
    int least = W / tiles;
    int wider = W % tiles;
    for (int t = 0; t < tiles; t++)
    {
        int from = t * least + Math.Min(t, wider);
        int pixels = t < wider ? least + 1 : least;
        conv3x3_from3_x16(pixels, x + from * 3, weight, 432, 1, y + from * 16, conv1_plane, false, data_plane, data_row);
        for (int w = from; w < from + pixels; w++)
        {
            Vector256.Store(Vector256.MaxNative(Vector256<float>.Zero, Vector256.Load(y + w * 16) + Vector256.Load(Parameters + 432 + group * 16)), y + w * 16);
            Vector256.Store(Vector256.MaxNative(Vector256<float>.Zero, Vector256.Load(y + (w * 16 + 8)) + Vector256.Load(Parameters + 432 + (group * 16 + 8))), y + (w * 16 + 8));
        }
    }
} }