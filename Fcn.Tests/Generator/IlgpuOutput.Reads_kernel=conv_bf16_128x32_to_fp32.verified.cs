// Convolution as an implicit GEMM, a tile of sums per block. Endings: 0 bias; 1.
// Groups of 128 threads.
public static void conv_bf16_128x32_to_fp32_011b8b7c0cacc139(int column_tiles_magic, int column_tiles_shift, int row_tiles_magic, int row_tiles_shift, int row_tiles, int column_tiles, int steps, int splits_magic, int splits_shift, ArrayView<int> table, [DeviceAddress] long packed, ArrayView<int> chunks, int x_W, [DeviceAddress] long x, int x_bytes, int y_pitch, int splits, int ending, ArrayView<float> bias, int pixels, ArrayView<float> y, int rows, ArrayView<float> partial, int partial_columns)
{ unchecked {
    CudaAsm.Emit(IlgpuAssembly.registers2_9d3c63c614460eac);
    // Which pixels, channels and steps of the sum are this block's.
    int rest = Real.MultiplyHigh(Grid.IdxX << 1, column_tiles_magic) >>> column_tiles_shift;
    int row_tile = rest - (Real.MultiplyHigh(rest << 1, row_tiles_magic) >>> row_tiles_shift) * row_tiles;
    int column_tile = Grid.IdxX - (Real.MultiplyHigh(Grid.IdxX << 1, column_tiles_magic) >>> column_tiles_shift) * column_tiles;
    int split = Real.MultiplyHigh(rest << 1, row_tiles_magic) >>> row_tiles_shift;
    int first = Real.MultiplyHigh((split * steps) << 1, splits_magic) >>> splits_shift;
    int end = Real.MultiplyHigh(((split + 1) * steps) << 1, splits_magic) >>> splits_shift;
    ArrayView<byte> shared_memory = SharedMemory.GetDynamic<byte>();
    CudaAsm.Emit("mov.u32 %0, __dyn_shared_alloca;", out int stages_address);
    int stages = (stages_address + 127) & -128;
    int lane = Group.IdxX & 31;
    int warp = Group.IdxX >>> 5;
    int warp_row = warp % 4 * 32;
    int warp_column = warp / 4 * 32;
    int write = 0;
    int read = 0;
    CudaAsm.Emit(IlgpuAssembly.zeros48_b9691e0ab1905163);
    // What this thread copies: of a chunk of every step, 16 bytes of one pixel in so many; and its share of the packed weights.
    int chunk = Group.IdxX & 7;
    int row = Group.IdxX >>> 3;
    int entries = (row_tile * 128 + row) * 2;
    Int2 entry = Int2.Load(table, entries);
    Int2 entry_2 = Int2.Load(table, entries + 32);
    Int2 entry_3 = Int2.Load(table, entries + 64);
    Int2 entry_4 = Int2.Load(table, entries + 96);
    Int2 entry_5 = Int2.Load(table, entries + 128);
    Int2 entry_6 = Int2.Load(table, entries + 160);
    Int2 entry_7 = Int2.Load(table, entries + 192);
    Int2 entry_8 = Int2.Load(table, entries + 224);
    int to_x = row * 128 + ((chunk ^ (row & 7)) << 4);
    int to_weight = Group.IdxX * 16 + 16384;
    long weights = packed + ((long)(column_tile * steps + first) * 2048 + Group.IdxX * 8) * 2;
    Int4 entry_9 = Int4.Load(chunks, (first * 8 + chunk) * 4);
    // Where its lane reads fragments.
    int l = lane & 7;
    int bit3 = (lane >>> 3) & 1;
    int bit4 = lane >>> 4;
    int a_place = (warp_row + bit3 * 8 + l) * 128 + ((bit4 ^ l) << 4);
    int b_place = (warp_column + (l >>> 1) * 8 + (l & 1) + bit4 * 2) * 128 + ((bit3 ^ l) << 4) + 16384;
    // Copies run 2 steps ahead: the first turns do nothing else.
    for (int step = first - 2; step < end; step++)
    {
        // Until the stage has arrived for all, and all have left the one that is filled next.
        CudaAsm.Emit("cp.async.wait_group 1;");
        Group.Barrier();
        int bits = step + 2 < end ? entry_9.V3 : 32768;
        int under = entry_9.V0 * x_W + entry_9.V1;
        long x_tap = x + ((long)under * (long)x_bytes + entry_9.V2);
        int to = stages + (to_x + write);
        CudaAsm.Emit(IlgpuAssembly.copies4_d4b9a42c08ce337a, to, x_tap + (long)entry.V0 * (long)x_bytes, (entry.V1 & bits) == bits ? 16 : 0, x_tap + (long)entry_2.V0 * (long)x_bytes, (entry_2.V1 & bits) == bits ? 16 : 0, x_tap + (long)entry_3.V0 * (long)x_bytes, (entry_3.V1 & bits) == bits ? 16 : 0, x_tap + (long)entry_4.V0 * (long)x_bytes, (entry_4.V1 & bits) == bits ? 16 : 0);
        CudaAsm.Emit(IlgpuAssembly.copies4_87319301ed77704a, to, x_tap + (long)entry_5.V0 * (long)x_bytes, (entry_5.V1 & bits) == bits ? 16 : 0, x_tap + (long)entry_6.V0 * (long)x_bytes, (entry_6.V1 & bits) == bits ? 16 : 0, x_tap + (long)entry_7.V0 * (long)x_bytes, (entry_7.V1 & bits) == bits ? 16 : 0, x_tap + (long)entry_8.V0 * (long)x_bytes, (entry_8.V1 & bits) == bits ? 16 : 0);
        entry_9 = Int4.Load(chunks, ((step + 3) * 8 + chunk) * 4);
        bool live = step + 2 < end;
        int to_2 = stages + (to_weight + write);
        CudaAsm.Emit("cp.async.cg.shared.global.L2::128B [%0], [%1], 16, %2; cp.async.cg.shared.global.L2::128B [%0+2048], [%1+2048], 16, %2;", to_2, weights, live ? 16 : 0);
        weights += 4096;
        CudaAsm.Emit("cp.async.commit_group;");
        int next = write + 20480;
        write = next == 61440 ? 0 : next;
        if (first <= step)
        {
            for (int part = 0; part < 4; part++)
            {
                int x_part = stages + ((a_place + read) ^ (part * 32));
                int weight_part = stages + ((b_place + read) ^ (part * 32));
                CudaAsm.Emit(IlgpuAssembly.fragments4_befd44e99d23905f, x_part, weight_part);
                CudaAsm.Emit(IlgpuAssembly.products8_9cd098f30b1df321);
            }
            int next_2 = read + 20480;
            read = next_2 == 61440 ? 0 : next_2;
        }
    }
    CudaAsm.Emit("cp.async.wait_group 0;");
    // From sums to the map: each thread has 16 bytes of each of its pixels.
    Group.Barrier();
    int spill = stages + ((warp_row + (lane >>> 2)) * 36 + warp_column + (lane & 3) * 8) * 4;
    CudaAsm.Emit(IlgpuAssembly.sums8_ad51277c603c2c1c, spill);
    Group.Barrier();
    int rest_2 = Real.MultiplyHigh(Grid.IdxX << 1, column_tiles_magic) >>> column_tiles_shift;
    int row_tile_2 = rest_2 - (Real.MultiplyHigh(rest_2 << 1, row_tiles_magic) >>> row_tiles_shift) * row_tiles;
    int column_tile_2 = Grid.IdxX - (Real.MultiplyHigh(Grid.IdxX << 1, column_tiles_magic) >>> column_tiles_shift) * column_tiles;
    int split_2 = Real.MultiplyHigh(rest_2 << 1, row_tiles_magic) >>> row_tiles_shift;
    int first_row = row_tile_2 * 128;
    int column = Group.IdxX % 8 * 4;
    int channel = column_tile_2 * 32 + column;
    bool there = channel < y_pitch;
    if (splits == 1)
    {
        Float4 added = Float4.Of(0f);
        if ((ending == 0) & there)
        {
            added = Float4.Load(bias, channel);
        }
        for (int turn = 0; turn < 8; turn++)
        {
            int place = turn * 16 + Group.IdxX / 8;
            int pixel = first_row + place;
            if ((pixel < pixels) & there)
            {
                CudaAsm.Emit("ld.shared.f32 %0, [%1];", out float spilled0_0, stages + (place * 36 + column) * 4);
                CudaAsm.Emit("ld.shared.f32 %0, [%1];", out float spilled0_1, stages + (place * 36 + column + 1) * 4);
                CudaAsm.Emit("ld.shared.f32 %0, [%1];", out float spilled0_2, stages + (place * 36 + column + 2) * 4);
                CudaAsm.Emit("ld.shared.f32 %0, [%1];", out float spilled0_3, stages + (place * 36 + column + 3) * 4);
                Float4.Store(y, (long)pixel * (long)y_pitch + channel, new Float4(spilled0_0, spilled0_1, spilled0_2, spilled0_3) + added);
            }
        }
    }
    else
    {
        for (int turn_2 = 0; turn_2 < 8; turn_2++)
        {
            int place_2 = turn_2 * 16 + Group.IdxX / 8;
            int at = first_row + place_2;
            if (at < rows)
            {
                CudaAsm.Emit("ld.shared.f32 %0, [%1];", out float spilled1_0, stages + (place_2 * 36 + column) * 4);
                CudaAsm.Emit("ld.shared.f32 %0, [%1];", out float spilled1_1, stages + (place_2 * 36 + column + 1) * 4);
                CudaAsm.Emit("ld.shared.f32 %0, [%1];", out float spilled1_2, stages + (place_2 * 36 + column + 2) * 4);
                CudaAsm.Emit("ld.shared.f32 %0, [%1];", out float spilled1_3, stages + (place_2 * 36 + column + 3) * 4);
                Float4.Store(partial, (long)(split_2 * rows + at) * (long)partial_columns + channel, new Float4(spilled1_0, spilled1_1, spilled1_2, spilled1_3));
            }
        }
    }
} }