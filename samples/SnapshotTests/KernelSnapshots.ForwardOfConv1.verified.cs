// conv1: conv+relu, data (3, H) -> (16, H)
[MethodImpl(MethodImplOptions.AggressiveOptimization)]
internal static void conv1(void* frame, int item)
{ unchecked {
    Frame* f = (Frame*)frame;
    int group = item / (f->H * f->N);
    nint Image_row = (nint)(f->W + 2) * 3;
    nint Image_plane = (f->H + 2) * Image_row;
    nint Image_image = Image_plane;
    nint conv1_row = (nint)f->W * 16;
    nint conv1_plane = f->H * conv1_row;
    nint conv1_image = conv1_plane;
    int n = item / f->H % f->N;
    int h = item % f->H;
    float* x = f->Image + (n * Image_image + h * Image_row);
    float* weight = f->Parameters + (nint)group * 432;
    float* y = f->conv1 + (n * conv1_image + group * conv1_plane + h * conv1_row);
    int tiles = (f->W + 5) / 6;
    int least = f->W / tiles;
    int wider = f->W % tiles;
    for (int t = 0; t < tiles; t++)
    {
        int from = t * least + Math.Min(t, wider);
        int pixels = t < wider ? least + 1 : least;
        conv3x3_from3_x16(pixels, x + from * 3, weight, 432, 1, y + from * 16, conv1_plane, false, Image_plane, Image_row);
        for (int w = from; w < from + pixels; w++)
        {
            Vector256.Store(Vector256.MaxNative(Vector256<float>.Zero, Vector256.Load(y + w * 16) + Vector256.Load(f->Parameters + 432 + group * 16)), y + w * 16);
            Vector256.Store(Vector256.MaxNative(Vector256<float>.Zero, Vector256.Load(y + (w * 16 + 8)) + Vector256.Load(f->Parameters + 432 + (group * 16 + 8))), y + (w * 16 + 8));
        }
    }
} }