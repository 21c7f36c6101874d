// conv+relu in register tiles: one row of a group of channels.
[MethodImpl(MethodImplOptions.AggressiveOptimization)]
internal static void conv_bias_relu_from3<V>(void* arguments, int item) where V : struct, IBlock<V>
{ unchecked {
    long* args = (long*)arguments;
    int y_H = (int)args[0];
    int N = (int)args[1];
    int TileBlocks = (int)args[2];
    int y_blocks = (int)args[3];
    float* x = (float*)args[4];
    nint x_image = (nint)args[5];
    nint x_row = (nint)args[6];
    float* weight = (float*)args[7];
    nint weight_panel = (nint)args[8];
    float* y = (float*)args[9];
    nint y_image = (nint)args[10];
    nint y_plane = (nint)args[11];
    nint y_row = (nint)args[12];
    int y_W = (int)args[13];
    int TilePixels = (int)args[14];
    int weight_blocks = (int)args[15];
    int weight_K = (int)args[16];
    nint x_plane = (nint)args[17];
    nint weight_plane = (nint)args[18];
    float* bias = (float*)args[19];
    int row = item / y_H;
    int h = item % y_H;
    int group = row / N;
    int n = row % N;
    int block = group * TileBlocks;
    int tile_blocks = Math.Min(TileBlocks, y_blocks - block);
    float* x_from = x + (n * x_image + h * x_row);
    float* weight_from = weight + block * weight_panel;
    float* y_from = y + (n * y_image + block * y_plane + h * y_row);
    int tiles = (y_W + (TilePixels - 1)) / TilePixels;
    int least = y_W / tiles;
    int wider = y_W % tiles;
    for (int t = 0; t < tiles; t++)
    {
        int from = t * least + Math.Min(t, wider);
        int pixels = t < wider ? least + 1 : least;
        conv_from3<V>(pixels, tile_blocks, x_from + from * 3, weight_from, weight_panel, y_from + from * 16, y_plane, false, weight_blocks, weight_K, 1, weight_K * 3, x_plane, x_row, 3, weight_plane);
        for (int b = block; b < block + tile_blocks; b++)
        {
            for (int w = from; w < from + pixels; w++)
            {
                nint place = n * y_image + b * y_plane + h * y_row + w * 16;
                V.Store(V.MaxNative(V.Zero, V.Load(y + place) + V.Load(bias + b * 16)), y + place);
            }
        }
    }
} }