// Convolution as an implicit GEMM, a tile of sums per block. Endings: 0 bias relu; 1 bias; 2; 3 relu gradient; 4 add.
// Groups of 256 threads.
public static void conv_plain_64x64(int column_tiles_magic, int column_tiles_shift, int row_tiles_magic, int row_tiles_shift, int row_tiles, int column_tiles, int steps, int splits_magic, int splits_shift, ArrayView<int> table, ArrayView<float> packed, ArrayView<int> chunks, int x_W, ArrayView<float> x, int x_pitch, int splits, int ending, int y_pitch, ArrayView<float> bias, int pixels, ArrayView<float> y, ArrayView<float> x1, int x1_pitch, ArrayView<float> partial, int rows, int partial_columns)
{ unchecked {
    int rest = Real.MultiplyHigh(Grid.IdxX << 1, column_tiles_magic) >>> column_tiles_shift;
    int row_tile = rest - (Real.MultiplyHigh(rest << 1, row_tiles_magic) >>> row_tiles_shift) * row_tiles;
    int column_tile = Grid.IdxX - (Real.MultiplyHigh(Grid.IdxX << 1, column_tiles_magic) >>> column_tiles_shift) * column_tiles;
    int split = Real.MultiplyHigh(rest << 1, row_tiles_magic) >>> row_tiles_shift;
    int first = Real.MultiplyHigh((split * steps) << 1, splits_magic) >>> splits_shift;
    int end = Real.MultiplyHigh(((split + 1) * steps) << 1, splits_magic) >>> splits_shift;
    ArrayView<float> rows_2 = SharedMemory.Allocate<float>(1024);
    ArrayView<float> columns = SharedMemory.Allocate<float>(1024);
    int tile_row = (Group.IdxX >>> 4) * 4;
    int tile_column = (Group.IdxX & 15) * 4;
    float sum0_0 = 0f;
    float sum0_1 = 0f;
    float sum0_2 = 0f;
    float sum0_3 = 0f;
    float sum1_0 = 0f;
    float sum1_1 = 0f;
    float sum1_2 = 0f;
    float sum1_3 = 0f;
    float sum2_0 = 0f;
    float sum2_1 = 0f;
    float sum2_2 = 0f;
    float sum2_3 = 0f;
    float sum3_0 = 0f;
    float sum3_1 = 0f;
    float sum3_2 = 0f;
    float sum3_3 = 0f;
    int chunk = Group.IdxX & 3;
    int row = Group.IdxX >>> 2;
    Int2 entry = Int2.Load(table, (row_tile * 64 + row) * 2);
    long weights = (long)(column_tile * steps) * 1024 + Group.IdxX * 4;
    for (int step = first; step < end; step++)
    {
        Int4 of = Int4.Load(chunks, (step * 4 + chunk) * 4);
        bool inside = (entry.V1 & of.V3) == of.V3;
        int at = entry.V0 + of.V0 * x_W + of.V1;
        Float4 row_values = Float4.Select(inside, Float4.Load(x, (long)(inside ? at : 0) * (long)x_pitch + ((inside ? of.V2 : 0) >>> 2)), Float4.Of(0f));
        Float4 column_values = Float4.Load(packed, weights + (long)step * 1024);
        Group.Barrier();
        rows_2[chunk * 256 + row] = row_values.V0;
        rows_2[(chunk * 4 + 1) * 64 + row] = row_values.V1;
        rows_2[(chunk * 4 + 2) * 64 + row] = row_values.V2;
        rows_2[(chunk * 4 + 3) * 64 + row] = row_values.V3;
        Float4.Store(columns, Group.IdxX * 4, column_values);
        Group.Barrier();
        for (int depth = 0; depth < 16; depth++)
        {
            Float4 x_2 = Float4.Load(rows_2, depth * 64 + tile_row);
            Float4 w = Float4.Load(columns, depth * 64 + tile_column);
            sum0_0 = x_2.V0 * w.V0 + sum0_0;
            sum0_1 = x_2.V0 * w.V1 + sum0_1;
            sum0_2 = x_2.V0 * w.V2 + sum0_2;
            sum0_3 = x_2.V0 * w.V3 + sum0_3;
            sum1_0 = x_2.V1 * w.V0 + sum1_0;
            sum1_1 = x_2.V1 * w.V1 + sum1_1;
            sum1_2 = x_2.V1 * w.V2 + sum1_2;
            sum1_3 = x_2.V1 * w.V3 + sum1_3;
            sum2_0 = x_2.V2 * w.V0 + sum2_0;
            sum2_1 = x_2.V2 * w.V1 + sum2_1;
            sum2_2 = x_2.V2 * w.V2 + sum2_2;
            sum2_3 = x_2.V2 * w.V3 + sum2_3;
            sum3_0 = x_2.V3 * w.V0 + sum3_0;
            sum3_1 = x_2.V3 * w.V1 + sum3_1;
            sum3_2 = x_2.V3 * w.V2 + sum3_2;
            sum3_3 = x_2.V3 * w.V3 + sum3_3;
        }
    }
    // From sums to the map.
    int out_row = row_tile * 64 + tile_row;
    int out_column = column_tile * 64 + tile_column;
    if (splits == 1)
    {
        if ((ending == 0) | (ending == 1) | (ending == 2))
        {
            Float4 added = Float4.Of(0f);
            if (((ending == 0) | (ending == 1)) & (out_column < y_pitch))
            {
                added = Float4.Load(bias, out_column);
            }
            float least = ending == 0 ? 0f : float.NegativeInfinity;
            int pixel = out_row;
            if ((pixel < pixels) & (out_column < y_pitch))
            {
                Float4.Store(y, (long)pixel * (long)y_pitch + out_column, Float4.Max(Float4.Of(least), new Float4(sum0_0, sum0_1, sum0_2, sum0_3) + added));
            }
            int pixel_2 = out_row + 1;
            if ((pixel_2 < pixels) & (out_column < y_pitch))
            {
                Float4.Store(y, (long)pixel_2 * (long)y_pitch + out_column, Float4.Max(Float4.Of(least), new Float4(sum1_0, sum1_1, sum1_2, sum1_3) + added));
            }
            int pixel_3 = out_row + 2;
            if ((pixel_3 < pixels) & (out_column < y_pitch))
            {
                Float4.Store(y, (long)pixel_3 * (long)y_pitch + out_column, Float4.Max(Float4.Of(least), new Float4(sum2_0, sum2_1, sum2_2, sum2_3) + added));
            }
            int pixel_4 = out_row + 3;
            if ((pixel_4 < pixels) & (out_column < y_pitch))
            {
                Float4.Store(y, (long)pixel_4 * (long)y_pitch + out_column, Float4.Max(Float4.Of(least), new Float4(sum3_0, sum3_1, sum3_2, sum3_3) + added));
            }
        }
        else
        {
            if (ending == 3)
            {
                int pixel_5 = out_row;
                if ((pixel_5 < pixels) & (out_column < y_pitch))
                {
                    Float4.Store(y, (long)pixel_5 * (long)y_pitch + out_column, Float4.Select(Float4.Of(0f) < Float4.Load(x1, (long)pixel_5 * (long)x1_pitch + out_column), new Float4(sum0_0, sum0_1, sum0_2, sum0_3), Float4.Of(0f)));
                }
                int pixel_6 = out_row + 1;
                if ((pixel_6 < pixels) & (out_column < y_pitch))
                {
                    Float4.Store(y, (long)pixel_6 * (long)y_pitch + out_column, Float4.Select(Float4.Of(0f) < Float4.Load(x1, (long)pixel_6 * (long)x1_pitch + out_column), new Float4(sum1_0, sum1_1, sum1_2, sum1_3), Float4.Of(0f)));
                }
                int pixel_7 = out_row + 2;
                if ((pixel_7 < pixels) & (out_column < y_pitch))
                {
                    Float4.Store(y, (long)pixel_7 * (long)y_pitch + out_column, Float4.Select(Float4.Of(0f) < Float4.Load(x1, (long)pixel_7 * (long)x1_pitch + out_column), new Float4(sum2_0, sum2_1, sum2_2, sum2_3), Float4.Of(0f)));
                }
                int pixel_8 = out_row + 3;
                if ((pixel_8 < pixels) & (out_column < y_pitch))
                {
                    Float4.Store(y, (long)pixel_8 * (long)y_pitch + out_column, Float4.Select(Float4.Of(0f) < Float4.Load(x1, (long)pixel_8 * (long)x1_pitch + out_column), new Float4(sum3_0, sum3_1, sum3_2, sum3_3), Float4.Of(0f)));
                }
            }
            else
            {
                int pixel_9 = out_row;
                if ((pixel_9 < pixels) & (out_column < y_pitch))
                {
                    Float4.Store(y, (long)pixel_9 * (long)y_pitch + out_column, new Float4(sum0_0, sum0_1, sum0_2, sum0_3) + Float4.Load(x1, (long)pixel_9 * (long)x1_pitch + out_column));
                }
                int pixel_10 = out_row + 1;
                if ((pixel_10 < pixels) & (out_column < y_pitch))
                {
                    Float4.Store(y, (long)pixel_10 * (long)y_pitch + out_column, new Float4(sum1_0, sum1_1, sum1_2, sum1_3) + Float4.Load(x1, (long)pixel_10 * (long)x1_pitch + out_column));
                }
                int pixel_11 = out_row + 2;
                if ((pixel_11 < pixels) & (out_column < y_pitch))
                {
                    Float4.Store(y, (long)pixel_11 * (long)y_pitch + out_column, new Float4(sum2_0, sum2_1, sum2_2, sum2_3) + Float4.Load(x1, (long)pixel_11 * (long)x1_pitch + out_column));
                }
                int pixel_12 = out_row + 3;
                if ((pixel_12 < pixels) & (out_column < y_pitch))
                {
                    Float4.Store(y, (long)pixel_12 * (long)y_pitch + out_column, new Float4(sum3_0, sum3_1, sum3_2, sum3_3) + Float4.Load(x1, (long)pixel_12 * (long)x1_pitch + out_column));
                }
            }
        }
    }
    else
    {
        int pixel_13 = out_row;
        if ((pixel_13 < pixels) & (out_column < y_pitch))
        {
            Float4.Store(partial, (long)(split * rows + pixel_13) * (long)partial_columns + out_column, new Float4(sum0_0, sum0_1, sum0_2, sum0_3));
        }
        int pixel_14 = out_row + 1;
        if ((pixel_14 < pixels) & (out_column < y_pitch))
        {
            Float4.Store(partial, (long)(split * rows + pixel_14) * (long)partial_columns + out_column, new Float4(sum1_0, sum1_1, sum1_2, sum1_3));
        }
        int pixel_15 = out_row + 2;
        if ((pixel_15 < pixels) & (out_column < y_pitch))
        {
            Float4.Store(partial, (long)(split * rows + pixel_15) * (long)partial_columns + out_column, new Float4(sum2_0, sum2_1, sum2_2, sum2_3));
        }
        int pixel_16 = out_row + 3;
        if ((pixel_16 < pixels) & (out_column < y_pitch))
        {
            Float4.Store(partial, (long)(split * rows + pixel_16) * (long)partial_columns + out_column, new Float4(sum3_0, sum3_1, sum3_2, sum3_3));
        }
    }
} }