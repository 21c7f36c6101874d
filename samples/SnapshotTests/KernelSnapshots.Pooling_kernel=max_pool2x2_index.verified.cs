// max_pool_index: one row of one block of channels.
[MethodImpl(MethodImplOptions.AggressiveOptimization)]
internal static void max_pool2x2_index<V>(void* arguments, int item) where V : struct, IBlock<V>
{ unchecked {
    long* args = (long*)arguments;
    int y_H = (int)args[0];
    int y_blocks = (int)args[1];
    int y_W = (int)args[2];
    int x_H = (int)args[3];
    int x_W = (int)args[4];
    float* x = (float*)args[5];
    nint x_image = (nint)args[6];
    nint x_plane = (nint)args[7];
    nint x_row = (nint)args[8];
    float* y = (float*)args[9];
    nint y_image = (nint)args[10];
    nint y_plane = (nint)args[11];
    nint y_row = (nint)args[12];
    int h = item % y_H;
    int row = item / y_H;
    int block = row % y_blocks;
    int n = row / y_blocks;
    for (int w = 0; w < y_W; w++)
    {
        V max = V.Create(float.NegativeInfinity);
        V index = V.Zero;
        for (int a = 0; a < 2; a++)
        {
            for (int b = 0; b < 2; b++)
            {
                if (h * 2 + a < x_H && w * 2 + b < x_W)
                {
                    V term = V.Load(x + (n * x_image + block * x_plane + (h * 2 + a) * x_row + (w * 2 + b) * 16));
                    index = V.ConditionalSelect(V.LessThan(max, term), V.Create((float)(a * 2 + b)), index);
                    max = V.MaxNative(max, term);
                }
            }
        }
        V.Store(index, y + (n * y_image + block * y_plane + h * y_row + w * 16));
    }
} }