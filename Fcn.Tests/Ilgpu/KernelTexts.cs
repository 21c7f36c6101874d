namespace Fcn.Tests.Ilgpu;

// Small kernels in the dialect of the emitted ones, written by hand: what the stand-in's own tests run and break.
internal static class KernelTexts
{
    public const string Scale = """
        public static void scale(ArrayView<float> x, ArrayView<float> y, int count, float factor)
        {
            int i = Grid.IdxX * 64 + Group.IdxX;
            if (i >= count) return;
            y[i] = x[i] * factor;
        }
        """;

    // Blocks of 8x8 elements of c = ab, where n is a multiple of 8.
    public const string Product = """
        public static void product(ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, int n)
        {
            ArrayView<float> rows = SharedMemory.Allocate<float>(64);
            ArrayView<float> columns = SharedMemory.Allocate<float>(64);
            int row = Group.IdxX >> 3, column = Group.IdxX & 7, tiles = n / 8;
            long down = Grid.IdxX / tiles * 8 + row, across = Grid.IdxX % tiles * 8 + column;
            float sum = 0f;
            for (int step = 0; step < n; step += 8)
            {
                rows[Group.IdxX] = a[down * n + step + column];
                columns[Group.IdxX] = b[(step + row) * n + across];
                Group.Barrier(); // filled
                for (int k = 0; k < 8; k++) sum += rows[row * 8 + k] * columns[k * 8 + column];
                Group.Barrier(); // read
            }
            c[down * n + across] = sum;
        }
        """;

    public const string Sum = """
        public static void sum(ArrayView<float> x, ArrayView<float> y)
        {
            Pair pair = Pair.Load(x, Grid.IdxX * 64 + Group.IdxX * 2);
            float value = pair.A + pair.B;
            for (int mask = 16; mask > 0; mask >>= 1)
            {
                float other = Warp.ShuffleXor(value, mask);
                value += other;
            }
            if (Group.IdxX == 0) y[Grid.IdxX] = Interop.IntAsFloat(Interop.FloatAsInt(value));
        }
        """;

    public const string Count = """
        public static void count(ArrayView<int> counts, ArrayView<byte> votes)
        {
            ArrayView<int> seen = SharedMemory.Allocate<int>(1);
            if (Group.IdxX == 0) seen[0] = 0;
            Group.Barrier();
            if (votes[Grid.IdxX * 64 + Group.IdxX] != 0) Atomic.Add(ref seen[0], 1);
            Group.Barrier(); // counted
            if (Group.IdxX == 0) Atomic.Add(ref counts[0], seen[0]);
        }
        """;

    // c (16x8) = a (16x16) b (8x16) transposed, bfloat16: one warp, a copy of 16 bytes per lane, half of the lanes for b.
    public const string Tile = """
        public static void tile([DeviceAddress] long a, [DeviceAddress] long b, ArrayView<float> c)
        {
            CudaAsm.Emit(".reg .f32 %%sum<4>; .reg .b32 %%a<4>, %%b<2>;");
            ArrayView<byte> shared_memory = SharedMemory.GetDynamic<byte>();
            CudaAsm.Emit("mov.u32 %0, __dyn_shared_alloca;", out int shared);
            int lane = Group.IdxX, to = shared + lane * 16;
            CudaAsm.Emit("cp.async.cg.shared.global.L2::128B [%0], [%1], 16, %2;", to, a + lane * 16, lane < 32 ? 16 : 0);
            if (lane < 16) CudaAsm.Emit("cp.async.cg.shared.global.L2::128B [%0+512], [%1], 16;", to, b + lane * 16);
            CudaAsm.Emit("cp.async.commit_group;");
            CudaAsm.Emit("mov.f32 %%sum0, 0f00000000; mov.f32 %%sum1, 0f00000000; mov.f32 %%sum2, 0f00000000; mov.f32 %%sum3, 0f00000000;");
            CudaAsm.Emit("cp.async.wait_group 0;");
            Group.Barrier();
            int rows = shared + (lane & 15) * 32 + (lane >> 4) * 16, columns = shared + 512 + (lane & 7) * 32 + (lane >> 3 & 1) * 16;
            CudaAsm.Emit(Assembly.products, rows, columns);
            int at = (lane >> 2) * 8 + (lane & 3) * 2;
            CudaAsm.Emit("mov.f32 %0, %%sum0;", out float sum0);
            c[at] = sum0;
            CudaAsm.Emit("mov.f32 %0, %%sum1;", out float sum1);
            c[at + 1] = sum1;
            CudaAsm.Emit("mov.f32 %0, %%sum2;", out float sum2);
            c[at + 64] = sum2;
            CudaAsm.Emit("mov.f32 %0, %%sum3;", out float sum3);
            c[at + 65] = sum3;
        }
        """;

    private const string Pieces = """"
        using ILGPU;

        namespace Fixtures;

        internal struct Pair
        {
            public float A, B;

            public Pair(float a, float b) => (A, B) = (a, b);

            public static Pair Load(ArrayView<float> view, long at) => view.Cast<Pair>()[at >> 1];
        }

        internal static class Assembly
        {
            public const string products =
                """
                ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%%a0, %%a1, %%a2, %%a3}, [%0];
                ldmatrix.sync.aligned.m8n8.x2.shared.b16 {%%b0, %%b1}, [%1];
                mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32
                    {%%sum0, %%sum1, %%sum2, %%sum3}, {%%a0, %%a1, %%a2, %%a3}, {%%b0, %%b1}, {%%sum0, %%sum1, %%sum2, %%sum3};
                """;
        }
        """";

    /// One class for each text: Fixtures.Kernel0 and so on.
    public static KernelProgram Compile(IEnumerable<string> kernels) => new([Pieces, .. kernels.Select(static (k, i) => $$"""
        using Fcn.Devices.Ilgpu;
        using ILGPU;
        using ILGPU.Runtime.Cuda;

        namespace Fixtures;

        internal static class {{Class(i)}}
        {
        {{k}}
        }
        """)]);

    public static string Class(int number) => FormattableString.Invariant($"Kernel{number}");
}
