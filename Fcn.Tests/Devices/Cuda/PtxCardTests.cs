using System.Text;
using Fcn.Devices;
using Fcn.Devices.Cuda;
using Fcn.Devices.Gpu;
using Fcn.Devices.Schedules;
using Fcn.Tests.Ptx;
using Xunit;

namespace Fcn.Tests.Devices.Cuda;

public sealed unsafe class PtxCardTests
{
    // values[i] *= factor for the first count values; 64 threads to a block.
    private const string Header = ".version 6.5\n.target sm_75\n.address_size 64\n";

    private static ReadOnlySpan<byte> Schedules =>
        """
        kernel scale values count factor
        mode Scale 1
        launch scale scale 2 values count factor
        """u8;

    private const string Scale = """
        .visible .entry scale(
            .param .u64 values,
            .param .u32 count,
            .param .f32 factor
        )
        .maxntid 64, 1, 1
        {
            .reg .b32 %i, %t, %n;
            .reg .f32 %f, %x;
            .reg .b64 %p, %o;
            .reg .pred %out;
            ld.param.u64 %p, [values];
            ld.param.u32 %n, [count];
            ld.param.f32 %f, [factor];
            mov.u32 %i, %ctaid.x;
            mov.u32 %t, %tid.x;
            mad.lo.u32 %i, %i, 64, %t;
            setp.ge.u32 %out, %i, %n;
            @%out bra END;
            mul.wide.u32 %o, %i, 4;
            add.u64 %p, %p, %o;
            ld.global.f32 %x, [%p];
            mul.rn.f32 %x, %x, %f;
            st.global.f32 [%p], %x;
        END:
            ret;
        }
        """;

    [Theory]
    [InlineData(100)]
    [InlineData(128)]
    public void TextRunsFromAssemblingToResults(int count)
    {
        float[] values = CudaBench.Numbers(100, 3);
        // Beyond the buffer, which is a fault of the kernel and no result.
        if (count > 100) Assert.Contains("out-of-bounds", Assert.Throws<PtxFault>(() => Run(values, count)).Message);
        else Assert.Equal(values.Select(static v => v * 0.7f), Run(values, count));
    }

    private static float[] Run(float[] values, int count)
    {
        using var driver = new EmulatedDriver(new PtxCard());
        using var context = new GpuContext(driver, CudaCards.Of(driver, 0));
        var kernel = new CudaKernel("scale", 64, 0, Text(Scale));
        var variant = new CudaVariant(CudaPrecision.Fp32, 75, [kernel], static () => Schedules);
        var program = new CudaProgram([new CudaTarget(75, Text(Header))], [], [variant]);
        using var modules = new CudaModules(driver, context.Card, program, variant, new CubinCache(null));
        var mode = variant.Table("Scale").Find("Scale")!;
        modules.Load(mode);
        nint stream = driver.CreateStream();
        using var staging = new GpuStaging(context, stream, 4);
        var block = new GpuBlock(context, values.Length * sizeof(float), "Values take", static _ => "");
        fixed (float* from = values) staging.Upload(block.Address, (byte*)from, block.Bytes);
        using var frame = new ScheduleFrame(mode, ArenaPlan.ForGpu());
        frame.Set("values", (long)block.Address);
        frame.Set("count", count);
        // Arguments lie in the low bytes of their slots; what is above them does not count.
        frame.Set("factor", BitConverter.SingleToUInt32Bits(0.7f) | 0xABCDL << 32);
        frame.Measure("Scale", 1, 1);
        new LaunchStream(context, modules, stream).Launch(frame);
        var results = new float[values.Length];
        fixed (float* to = results) staging.Download(block.Address, (byte*)to, block.Bytes);
        return results;
    }

    private static PtxText Text(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return () => bytes;
    }
}
