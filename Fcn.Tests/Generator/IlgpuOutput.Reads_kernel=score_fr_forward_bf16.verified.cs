// score_fr: conv, fc3 (8, ⌈(H+2)/4⌉) -> (3, ⌈(H+2)/4⌉)
// Groups of 128 threads.
public static void score_fr_forward_bf16_4c9bb471c11dc82e(int pixels, ArrayView<int> table, [DeviceAddress] long weight, [DeviceAddress] long x, ArrayView<float> y, ArrayView<float> bias)
{ unchecked {
    CudaAsm.Emit(IlgpuAssembly.registers2_506def397d948644);
    // Which pixels, channels and steps of the sum are this block's.
    int row_tiles = (pixels + 127) / 128;
    int column_tile = 0;
    int rest = Grid.IdxX;
    int row_tile = rest;
    ArrayView<byte> shared_memory = SharedMemory.GetDynamic<byte>();
    CudaAsm.Emit("mov.u32 %0, __dyn_shared_alloca;", out int stages_address);
    int stages = (stages_address + 127) & -128;
    int lane = Group.IdxX & 31;
    int warp = Group.IdxX >>> 5;
    int warp_row = warp % 4 * 32;
    int warp_column = warp / 4 * 32;
    int write = 0;
    int read = 0;
    CudaAsm.Emit(IlgpuAssembly.zeros48_dc23242a88a1d75d);
    // What this thread copies: a chunk of 16 bytes of every so many pixels, and of the packed weights.
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
    long weights = weight + ((long)column_tile * 2048 + Group.IdxX * 8) * 2;
    // Where its lane reads fragments.
    int l = lane & 7;
    int bit3 = (lane >>> 3) & 1;
    int bit4 = lane >>> 4;
    int a_place = (warp_row + bit3 * 8 + l) * 128 + ((bit4 ^ l) << 4);
    int b_place = (warp_column + (l >>> 1) * 8 + (l & 1) + bit4 * 2) * 128 + ((bit3 ^ l) << 4) + 16384;
    // Copies run 2 steps ahead.
    for (int ahead = 0; ahead < 2; ahead++)
    {
        bool live = ahead < 1;
        int tap = ahead * 8 + chunk;
        int bits = live & (ahead * 8 + chunk < 1) ? 65537 : 32768;
        long x_tap = x + 0 * 16;
        int to = stages + (to_x + write);
        CudaAsm.Emit(IlgpuAssembly.copies4_8b35981e8d0bea2e, to, x_tap + (long)entry.V0 * 16, (entry.V1 & bits) == bits ? 16 : 0, x_tap + (long)entry_2.V0 * 16, (entry_2.V1 & bits) == bits ? 16 : 0, x_tap + (long)entry_3.V0 * 16, (entry_3.V1 & bits) == bits ? 16 : 0, x_tap + (long)entry_4.V0 * 16, (entry_4.V1 & bits) == bits ? 16 : 0);
        CudaAsm.Emit(IlgpuAssembly.copies4_edbb620d4c9c895e, to, x_tap + (long)entry_5.V0 * 16, (entry_5.V1 & bits) == bits ? 16 : 0, x_tap + (long)entry_6.V0 * 16, (entry_6.V1 & bits) == bits ? 16 : 0, x_tap + (long)entry_7.V0 * 16, (entry_7.V1 & bits) == bits ? 16 : 0, x_tap + (long)entry_8.V0 * 16, (entry_8.V1 & bits) == bits ? 16 : 0);
        bool live_2 = ahead < 1;
        int to_2 = stages + (to_weight + write);
        CudaAsm.Emit("cp.async.cg.shared.global.L2::128B [%0], [%1], 16, %2; cp.async.cg.shared.global.L2::128B [%0+2048], [%1+2048], 16, %2;", to_2, weights, live_2 ? 16 : 0);
        weights += 4096;
        CudaAsm.Emit("cp.async.commit_group;");
        int next = write + 20480;
        write = next == 61440 ? 0 : next;
    }
    for (int step = 0; step < 1; step++)
    {
        // Until the stage has arrived for all, and all have left the one that is filled next.
        CudaAsm.Emit("cp.async.wait_group 1;");
        Group.Barrier();
        // Part 1 of 4.
        int x_part = stages + (a_place + read);
        int weight_part = stages + (b_place + read);
        CudaAsm.Emit(IlgpuAssembly.fragments4_befd44e99d23905f, x_part, weight_part);
        bool live_3 = step + 2 < 1;
        int tap_2 = (step + 2) * 8 + chunk;
        int bits_2 = live_3 & ((step + 2) * 8 + chunk < 1) ? 65537 : 32768;
        long x_tap_2 = x + 0 * 16;
        int to_3 = stages + (to_x + write);
        CudaAsm.Emit(IlgpuAssembly.copies4_8b35981e8d0bea2e, to_3, x_tap_2 + (long)entry.V0 * 16, (entry.V1 & bits_2) == bits_2 ? 16 : 0, x_tap_2 + (long)entry_2.V0 * 16, (entry_2.V1 & bits_2) == bits_2 ? 16 : 0, x_tap_2 + (long)entry_3.V0 * 16, (entry_3.V1 & bits_2) == bits_2 ? 16 : 0, x_tap_2 + (long)entry_4.V0 * 16, (entry_4.V1 & bits_2) == bits_2 ? 16 : 0);
        CudaAsm.Emit(IlgpuAssembly.copies4_edbb620d4c9c895e, to_3, x_tap_2 + (long)entry_5.V0 * 16, (entry_5.V1 & bits_2) == bits_2 ? 16 : 0, x_tap_2 + (long)entry_6.V0 * 16, (entry_6.V1 & bits_2) == bits_2 ? 16 : 0, x_tap_2 + (long)entry_7.V0 * 16, (entry_7.V1 & bits_2) == bits_2 ? 16 : 0, x_tap_2 + (long)entry_8.V0 * 16, (entry_8.V1 & bits_2) == bits_2 ? 16 : 0);
        CudaAsm.Emit(IlgpuAssembly.products8_6908175af35e6d1d);
        // Part 2 of 4.
        int x_part_2 = stages + ((a_place + read) ^ 32);
        int weight_part_2 = stages + ((b_place + read) ^ 32);
        CudaAsm.Emit(IlgpuAssembly.fragments4_befd44e99d23905f, x_part_2, weight_part_2);
        bool live_4 = step + 2 < 1;
        int to_4 = stages + (to_weight + write);
        CudaAsm.Emit("cp.async.cg.shared.global.L2::128B [%0], [%1], 16, %2; cp.async.cg.shared.global.L2::128B [%0+2048], [%1+2048], 16, %2;", to_4, weights, live_4 ? 16 : 0);
        weights += 4096;
        CudaAsm.Emit("cp.async.commit_group;");
        int next_2 = write + 20480;
        write = next_2 == 61440 ? 0 : next_2;
        CudaAsm.Emit(IlgpuAssembly.products8_6908175af35e6d1d);
        // Part 3 of 4.
        int x_part_3 = stages + ((a_place + read) ^ 64);
        int weight_part_3 = stages + ((b_place + read) ^ 64);
        CudaAsm.Emit(IlgpuAssembly.fragments4_befd44e99d23905f, x_part_3, weight_part_3);
        CudaAsm.Emit(IlgpuAssembly.products8_6908175af35e6d1d);
        // Part 4 of 4.
        int x_part_4 = stages + ((a_place + read) ^ 96);
        int weight_part_4 = stages + ((b_place + read) ^ 96);
        CudaAsm.Emit(IlgpuAssembly.fragments4_befd44e99d23905f, x_part_4, weight_part_4);
        CudaAsm.Emit(IlgpuAssembly.products8_6908175af35e6d1d);
        int next_3 = read + 20480;
        read = next_3 == 61440 ? 0 : next_3;
    }
    CudaAsm.Emit("cp.async.wait_group 0;");
    // From sums to the map: each thread has 8 channels of each of its pixels.
    int out_row = row_tile * 128 + warp_row + (lane >>> 2);
    int out_column = column_tile * 32 + warp_column + (lane & 3) * 8;
    int @out = out_row;
    if (@out < pixels)
    {
        if (out_column < 8)
        {
            CudaAsm.Emit("mov.f32 %0, %%sum0_0_0;", out float sum0_0_0);
            CudaAsm.Emit("mov.f32 %0, %%sum0_0_1;", out float sum0_0_1);
            CudaAsm.Emit("mov.f32 %0, %%sum0_1_0;", out float sum0_1_0);
            CudaAsm.Emit("mov.f32 %0, %%sum0_1_1;", out float sum0_1_1);
            CudaAsm.Emit("mov.f32 %0, %%sum0_2_0;", out float sum0_2_0);
            CudaAsm.Emit("mov.f32 %0, %%sum0_2_1;", out float sum0_2_1);
            CudaAsm.Emit("mov.f32 %0, %%sum0_3_0;", out float sum0_3_0);
            CudaAsm.Emit("mov.f32 %0, %%sum0_3_1;", out float sum0_3_1);
            Float8.Store(y, (long)@out * 8 + out_column, new Float8(sum0_0_0, sum0_0_1, sum0_1_0, sum0_1_1, sum0_2_0, sum0_2_1, sum0_3_0, sum0_3_1) + Float8.Load(bias, out_column));
        }
    }
    int out_2 = out_row + 8;
    if (out_2 < pixels)
    {
        if (out_column < 8)
        {
            CudaAsm.Emit("mov.f32 %0, %%sum0_0_2;", out float sum0_0_2);
            CudaAsm.Emit("mov.f32 %0, %%sum0_0_3;", out float sum0_0_3);
            CudaAsm.Emit("mov.f32 %0, %%sum0_1_2;", out float sum0_1_2);
            CudaAsm.Emit("mov.f32 %0, %%sum0_1_3;", out float sum0_1_3);
            CudaAsm.Emit("mov.f32 %0, %%sum0_2_2;", out float sum0_2_2);
            CudaAsm.Emit("mov.f32 %0, %%sum0_2_3;", out float sum0_2_3);
            CudaAsm.Emit("mov.f32 %0, %%sum0_3_2;", out float sum0_3_2);
            CudaAsm.Emit("mov.f32 %0, %%sum0_3_3;", out float sum0_3_3);
            Float8.Store(y, (long)out_2 * 8 + out_column, new Float8(sum0_0_2, sum0_0_3, sum0_1_2, sum0_1_3, sum0_2_2, sum0_2_3, sum0_3_2, sum0_3_3) + Float8.Load(bias, out_column));
        }
    }
    int out_3 = out_row + 16;
    if (out_3 < pixels)
    {
        if (out_column < 8)
        {
            CudaAsm.Emit("mov.f32 %0, %%sum1_0_0;", out float sum1_0_0);
            CudaAsm.Emit("mov.f32 %0, %%sum1_0_1;", out float sum1_0_1);
            CudaAsm.Emit("mov.f32 %0, %%sum1_1_0;", out float sum1_1_0);
            CudaAsm.Emit("mov.f32 %0, %%sum1_1_1;", out float sum1_1_1);
            CudaAsm.Emit("mov.f32 %0, %%sum1_2_0;", out float sum1_2_0);
            CudaAsm.Emit("mov.f32 %0, %%sum1_2_1;", out float sum1_2_1);
            CudaAsm.Emit("mov.f32 %0, %%sum1_3_0;", out float sum1_3_0);
            CudaAsm.Emit("mov.f32 %0, %%sum1_3_1;", out float sum1_3_1);
            Float8.Store(y, (long)out_3 * 8 + out_column, new Float8(sum1_0_0, sum1_0_1, sum1_1_0, sum1_1_1, sum1_2_0, sum1_2_1, sum1_3_0, sum1_3_1) + Float8.Load(bias, out_column));
        }
    }
    int out_4 = out_row + 24;
    if (out_4 < pixels)
    {
        if (out_column < 8)
        {
            CudaAsm.Emit("mov.f32 %0, %%sum1_0_2;", out float sum1_0_2);
            CudaAsm.Emit("mov.f32 %0, %%sum1_0_3;", out float sum1_0_3);
            CudaAsm.Emit("mov.f32 %0, %%sum1_1_2;", out float sum1_1_2);
            CudaAsm.Emit("mov.f32 %0, %%sum1_1_3;", out float sum1_1_3);
            CudaAsm.Emit("mov.f32 %0, %%sum1_2_2;", out float sum1_2_2);
            CudaAsm.Emit("mov.f32 %0, %%sum1_2_3;", out float sum1_2_3);
            CudaAsm.Emit("mov.f32 %0, %%sum1_3_2;", out float sum1_3_2);
            CudaAsm.Emit("mov.f32 %0, %%sum1_3_3;", out float sum1_3_3);
            Float8.Store(y, (long)out_4 * 8 + out_column, new Float8(sum1_0_2, sum1_0_3, sum1_1_2, sum1_1_3, sum1_2_2, sum1_2_3, sum1_3_2, sum1_3_3) + Float8.Load(bias, out_column));
        }
    }
} }