// score_fr: conv, fc3 (8, ⌈(H+2)/4⌉) -> (3, ⌈(H+2)/4⌉)
// Groups of 256 threads.
public static void score_fr_forward(int pixels, ArrayView<int> table, ArrayView<float> weight, ArrayView<float> x, ArrayView<float> y, ArrayView<float> bias)
{ unchecked {
    int row_tiles = (pixels + 63) / 64;
    int column_tile = 0;
    int rest = Grid.IdxX;
    int row_tile = rest;
    ArrayView<float> rows = SharedMemory.Allocate<float>(1024);
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
    long weights = (long)column_tile * 1024 + Group.IdxX * 4;
    for (int step = 0; step < 1; step++)
    {
        int tap = (step * 4 + chunk) / 2;
        int bits = 65537;
        bool inside = ((entry.V1 & bits) == bits) & (step * 4 + chunk < 2);
        int at = entry.V0;
        Float4 row_values = Float4.Select(inside, Float4.Load(x, (long)(inside ? at : 0) * 8 + (inside ? (step * 4 + chunk) % 2 : 0) * 4), Float4.Of(0f));
        Float4 column_values = Float4.Load(weight, weights + (long)step * 1024);
        Group.Barrier();
        rows[chunk * 256 + row] = row_values.V0;
        rows[(chunk * 4 + 1) * 64 + row] = row_values.V1;
        rows[(chunk * 4 + 2) * 64 + row] = row_values.V2;
        rows[(chunk * 4 + 3) * 64 + row] = row_values.V3;
        Float4.Store(columns, Group.IdxX * 4, column_values);
        Group.Barrier();
        for (int depth = 0; depth < 16; depth++)
        {
            Float4 x_2 = Float4.Load(rows, depth * 64 + tile_row);
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
    int @out = out_row;
    if (@out < pixels)
    {
        if (out_column < 8)
        {
            Float4.Store(y, (long)@out * 8 + out_column, new Float4(sum0_0, sum0_1, sum0_2, sum0_3) + Float4.Load(bias, out_column));
        }
    }
    int out_2 = out_row + 1;
    if (out_2 < pixels)
    {
        if (out_column < 8)
        {
            Float4.Store(y, (long)out_2 * 8 + out_column, new Float4(sum1_0, sum1_1, sum1_2, sum1_3) + Float4.Load(bias, out_column));
        }
    }
    int out_3 = out_row + 2;
    if (out_3 < pixels)
    {
        if (out_column < 8)
        {
            Float4.Store(y, (long)out_3 * 8 + out_column, new Float4(sum2_0, sum2_1, sum2_2, sum2_3) + Float4.Load(bias, out_column));
        }
    }
    int out_4 = out_row + 3;
    if (out_4 < pixels)
    {
        if (out_column < 8)
        {
            Float4.Store(y, (long)out_4 * 8 + out_column, new Float4(sum3_0, sum3_1, sum3_2, sum3_3) + Float4.Load(bias, out_column));
        }
    }
} }