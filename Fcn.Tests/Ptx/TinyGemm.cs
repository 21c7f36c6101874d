namespace Fcn.Tests.Ptx;

// C (M x 16) = A (M x K) B (16 x K) transposed, bf16 in and fp32 out: blocks of two warps make 32 rows, K goes in steps of 32 through three
// stages. The kernel that the tests break in every way they can think of.
internal static class TinyGemm
{
    public const int SharedBytes = 3 * 3072;

    public const string Text = """
        .version 7.0
        .target sm_80
        .address_size 64
        .extern .shared .align 1024 .b8 smem[];
        .visible .entry gemm(.param .u64 pa, .param .u64 pb, .param .u64 pc, .param .u32 pk)
        .maxntid 64, 1, 1
        .minnctapersm 1
        {
            .reg .b32 %tx, %lane, %warp, %bm, %row, %chunk, %s, %c, %base, %k, %kt, %ws, %rs, %x, %y, %la, %lb, %aa, %ab, %next;
            .reg .b32 %a<4>, %b<4>;
            .reg .f32 %f<8>;
            .reg .b64 %ga, %ga16, %gb, %gc, %o, %step;
            .reg .pred %pl, %pw, %pk;
            ld.param.u64 %ga, [pa];
            ld.param.u64 %gb, [pb];
            ld.param.u64 %gc, [pc];
            ld.param.u32 %k, [pk];
            mov.u32 %tx, %tid.x;
            mov.u32 %bm, %ctaid.x;
            mov.u32 %base, smem;
            and.b32 %lane, %tx, 31;
            shr.u32 %warp, %tx, 5;
            // Copies: thread = row * 4 + chunk of 16 bytes; rows of 64 bytes, chunk ^ (row / 2 & 3)
            shr.u32 %row, %tx, 2;
            and.b32 %chunk, %tx, 3;
            mad.lo.u32 %x, %bm, 32, %row;
            mul.lo.u32 %x, %x, %k;
            mad.lo.u32 %x, %chunk, 8, %x;
            mul.wide.u32 %o, %x, 2;
            add.u64 %ga, %ga, %o;
            mul.wide.u32 %step, %k, 32;
            add.u64 %ga16, %ga, %step;
            mul.lo.u32 %x, %row, %k;
            mad.lo.u32 %x, %chunk, 8, %x;
            mul.wide.u32 %o, %x, 2;
            add.u64 %gb, %gb, %o;
            shr.u32 %s, %row, 1;
            and.b32 %s, %s, 3;
            xor.b32 %c, %chunk, %s;
            shl.b32 %c, %c, 4;
            mad.lo.u32 %ws, %row, 64, %c;
            add.u32 %ws, %ws, %base;
            // Fragments of A: bit 3 of the lane = 8 rows further, bit 4 = next chunk; of B the other way round
            and.b32 %row, %lane, 15;
            mad.lo.u32 %row, %warp, 16, %row;
            shr.u32 %chunk, %lane, 4;
            shr.u32 %s, %row, 1;
            and.b32 %s, %s, 3;
            xor.b32 %c, %chunk, %s;
            shl.b32 %c, %c, 4;
            mad.lo.u32 %la, %row, 64, %c;
            and.b32 %row, %lane, 7;
            shr.u32 %x, %lane, 4;
            mad.lo.u32 %row, %x, 8, %row;
            shr.u32 %chunk, %lane, 3;
            and.b32 %chunk, %chunk, 1;
            shr.u32 %s, %row, 1;
            and.b32 %s, %s, 3;
            xor.b32 %c, %chunk, %s;
            shl.b32 %c, %c, 4;
            mad.lo.u32 %lb, %row, 64, %c;
            add.u32 %lb, %lb, 2048;
            mov.f32 %f0, 0f00000000;
            mov.f32 %f1, 0f00000000;
            mov.f32 %f2, 0f00000000;
            mov.f32 %f3, 0f00000000;
            mov.f32 %f4, 0f00000000;
            mov.f32 %f5, 0f00000000;
            mov.f32 %f6, 0f00000000;
            mov.f32 %f7, 0f00000000;
            shr.u32 %kt, %k, 5;
            // Two stages ahead
            cp.async.cg.shared.global [%ws], [%ga], 16;
            cp.async.cg.shared.global [%ws+1024], [%ga16], 16;
            cp.async.cg.shared.global [%ws+2048], [%gb], 16;
            cp.async.commit_group;
            setp.gt.u32 %pl, %kt, 1;
            @%pl cp.async.cg.shared.global [%ws+3072], [%ga+64], 16;
            @%pl cp.async.cg.shared.global [%ws+4096], [%ga16+64], 16;
            @%pl cp.async.cg.shared.global [%ws+5120], [%gb+64], 16;
            cp.async.commit_group;
            mov.u32 %next, 6144;
            mov.u32 %rs, 0;
        LOOP:
            .pragma "nounroll";
            cp.async.wait_group 1;
            bar.sync 0;
            setp.gt.u32 %pl, %kt, 2;
            add.u32 %x, %ws, %next;
            @%pl cp.async.cg.shared.global [%x], [%ga+128], 16;
            @%pl cp.async.cg.shared.global [%x+1024], [%ga16+128], 16;
            @%pl cp.async.cg.shared.global [%x+2048], [%gb+128], 16;
            cp.async.commit_group;
            add.u64 %ga, %ga, 64;
            add.u64 %ga16, %ga16, 64;
            add.u64 %gb, %gb, 64;
            add.u32 %next, %next, 3072;
            setp.eq.u32 %pw, %next, 9216;
            selp.u32 %next, 0, %next, %pw;
            add.u32 %y, %base, %rs;
            add.u32 %aa, %y, %la;
            add.u32 %ab, %y, %lb;
            ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%a0, %a1, %a2, %a3}, [%aa];
            ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%b0, %b1, %b2, %b3}, [%ab];
            mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32
                {%f0, %f1, %f2, %f3}, {%a0, %a1, %a2, %a3}, {%b0, %b1}, {%f0, %f1, %f2, %f3};
            mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32
                {%f4, %f5, %f6, %f7}, {%a0, %a1, %a2, %a3}, {%b2, %b3}, {%f4, %f5, %f6, %f7};
            xor.b32 %aa, %aa, 32;
            xor.b32 %ab, %ab, 32;
            ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%a0, %a1, %a2, %a3}, [%aa];
            ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%b0, %b1, %b2, %b3}, [%ab];
            mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32
                {%f0, %f1, %f2, %f3}, {%a0, %a1, %a2, %a3}, {%b0, %b1}, {%f0, %f1, %f2, %f3};
            mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32
                {%f4, %f5, %f6, %f7}, {%a0, %a1, %a2, %a3}, {%b2, %b3}, {%f4, %f5, %f6, %f7};
            add.u32 %rs, %rs, 3072;
            setp.eq.u32 %pw, %rs, 9216;
            selp.u32 %rs, 0, %rs, %pw;
            sub.u32 %kt, %kt, 1;
            setp.ne.u32 %pk, %kt, 0;
            @%pk bra LOOP;
            cp.async.wait_group 0;
            // Row g and g + 8, columns 2t and 2t + 1 of both tiles
            shr.u32 %row, %lane, 2;
            mad.lo.u32 %row, %warp, 16, %row;
            mad.lo.u32 %row, %bm, 32, %row;
            and.b32 %c, %lane, 3;
            shl.b32 %c, %c, 1;
            mad.lo.u32 %x, %row, 16, %c;
            mul.wide.u32 %o, %x, 4;
            add.u64 %gc, %gc, %o;
            st.global.v2.f32 [%gc], {%f0, %f1};
            st.global.v2.f32 [%gc+512], {%f2, %f3};
            st.global.v2.f32 [%gc+32], {%f4, %f5};
            st.global.v2.f32 [%gc+544], {%f6, %f7};
            ret;
        }

        """;

    /// The worst difference from the product in double, relative to the largest element; small integers, so 0 for a right kernel.
    public static (double Error, LaunchReport Report) Run(string text, int m = 64, int k = 160, int seed = 1, long branchLimit = 10_000)
    {
        var random = new Random(seed);
        float[] a = [.. Enumerable.Range(0, m * k).Select(_ =>
            (float)random.Next(-16, 17))], b = [.. Enumerable.Range(0, 16 * k).Select(_ => (float)random.Next(-16, 17))];
        using var memory = new DeviceMemory();
        ulong[] arguments = [memory.Upload<ushort>(Narrow(a), "a"), memory.Upload<ushort>(Narrow(b), "b"), memory.Allocate(m * 16 * 4, "c"),
            (ulong)k];
        LaunchReport report = PtxLauncher.Launch(Lane.Parse(text), m / 32, 64, SharedBytes, arguments, memory, seed, branchLimit);
        float[] c = memory.Download<float>(arguments[2], m * 16);
        double error = 0, largest = 0;
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < 16; j++)
            {
                double sum = 0;
                for (int q = 0; q < k; q++) sum += (double)a[i * k + q] * b[j * k + q];
                error = Math.Max(error, Math.Abs(sum - c[i * 16 + j]));
                largest = Math.Max(largest, Math.Abs(sum));
            }
        }
        return (error / largest, report);
    }

    private static ushort[] Narrow(float[] values) => [.. values.Select(v => (ushort)(BitConverter.SingleToUInt32Bits(v) >> 16))];
}
