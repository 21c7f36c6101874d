using System.Runtime.InteropServices;
using Xunit;

namespace Fcn.Tests.Ptx;

// Kernels of a few lines: the frame around a body, and one operation applied to lists of operands, one thread each.
// With FCN_PTX_TEXTS=FOLDER every text that is parsed is also written there, for an assembler to judge.
internal static class Lane
{
    public const string Registers = """
            .reg .pred %p<8>;
            .reg .b16 %h<8>;
            .reg .b32 %r<32>;
            .reg .f32 %f<32>;
            .reg .b64 %d<16>;
            .reg .f64 %e<8>;
        """;

    /// Bits of floats: zeros, ones, halves, a subnormal, the smallest normal, large ones, infinities, a NaN.
    public static readonly uint[] Floats =
    [
        .. new[] { 0f, -0f, 1, -1, 0.5f, -0.5f, 1.5f, 2.5f, -2.5f, 3, 1e-40f, -1e-40f, 1.17549435e-38f, 1e30f, -3e38f, 4294967040f, 1e10f }
            .Select(BitConverter.SingleToUInt32Bits), 0x7F800000, 0xFF800000, 0x7FFFFFFF,
    ];

    public static readonly uint[] Words =
        [0, 1, 2, 3, 7, 31, 32, 33, 63, 64, 255, 256, 65535, 65536, 0x7FFFFFFF, 0x80000000, 0x80000001, 0xFFFFFFFE, 0xFFFFFFFF, 0x12345678];

    public static string Text(string body, string parameters = ".param .u64 out", string level = "7.5 80", int threads = 1024)
    {
        string[] l = level.Split(' ');
        return $$"""
            .version {{l[0]}}
            .target sm_{{l[1]}}
            .address_size 64
            .extern .shared .align 1024 .b8 smem[];
            .visible .entry k({{parameters}})
            .maxntid {{threads}}, 1, 1
            {
            {{Registers}}
            {{body}}
            ret;
            }

            """;
    }

    public static PtxEntry Parse(string text)
    {
        PtxEntry entry = PtxModule.Parse(text).Entries[0];
        if (Environment.GetEnvironmentVariable("FCN_PTX_TEXTS") is { } folder)
            File.WriteAllText(Path.Combine(folder, Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(
                System.Text.Encoding.UTF8.GetBytes(text)))[..16] + ".ptx"), text);
        return entry;
    }

    /// Every thread loads its operands, does the operation on %r1 %r2 %r3 (%f, %d or %e likewise) and stores number 0 of the result's kind.
    public static R[] Apply<A, R>(string operation, string operandType, string resultType, params A[][] operands)
        where A : unmanaged where R : unmanaged
    {
        int threads = operands[0].Length;
        Assert.All(operands, o => Assert.Equal(threads, o.Length));
        string loads = string.Concat(operands.Select((_, i) => $"""
                ld.param.u64 %d8, [x{i}];
                mad.wide.u32 %d8, %r8, {operandType.Size()}, %d8;
                ld.global.{operandType} {operandType.Register()}{i + 1}, [%d8];

            """));
        string text = Text($"""
                mov.u32 %r8, %tid.x;
            {loads}
                {operation}
                ld.param.u64 %d8, [out];
                mad.wide.u32 %d8, %r8, {resultType.Size()}, %d8;
                st.global.{resultType} [%d8], {resultType.Register()}0;
            """, ".param .u64 out" + string.Concat(operands.Select((_, i) => $", .param .u64 x{i}")));
        using var memory = new DeviceMemory();
        ulong[] inputs = [.. operands.Select(o => memory.Upload<A>(o))];
        ulong output = memory.Allocate(threads * resultType.Size());
        PtxLauncher.Launch(Parse(text), 1, threads, 0, [output, .. inputs], memory);
        return memory.Download<R>(output, threads);
    }

    public static ulong Upload<T>(this DeviceMemory memory, ReadOnlySpan<T> values, string? name = null) where T : unmanaged
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(values);
        ulong address = memory.Allocate(bytes.Length, name);
        memory.Write(address, bytes);
        return address;
    }

    public static T[] Download<T>(this DeviceMemory memory, ulong address, int count) where T : unmanaged
    {
        var values = new T[count];
        memory.Read(address, MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    /// Runs a body that stores one word for each thread at out.
    public static uint[] Run(string body, int threads, int sharedBytes = 0, string level = "7.5 80")
    {
        using var memory = new DeviceMemory();
        ulong output = memory.Allocate(threads * 4, "out");
        string text = Text(body + """

                ld.param.u64 %d8, [out];
                mov.u32 %r8, %tid.x;
                mad.wide.u32 %d8, %r8, 4, %d8;
                st.global.b32 [%d8], %r0;
            """, level: level);
        PtxLauncher.Launch(Parse(text), 1, threads, sharedBytes, [output], memory);
        return memory.Download<uint>(output, threads);
    }

    /// All pairs of two lists.
    public static T[][] Pairs<T>(T[] a, T[] b) =>
        [[.. a.SelectMany(x => b.Select(_ => x))], [.. a.SelectMany(_ => b)]];

    /// As PTX says where it leaves a choice: any NaN is as good as another.
    public static uint Canonical(uint bits) => float.IsNaN(BitConverter.UInt32BitsToSingle(bits)) ? 0x7FFFFFFF : bits;

    private static int Size(this string type) => PtxTypes.TryParse(type, out PtxType t) ? t.Size() : throw new ArgumentException(type);

    private static string Register(this string type) => type switch
    {
        "f32" => "%f",
        "f64" => "%e",
        "u16" or "s16" or "b16" => "%h",
        "u64" or "s64" or "b64" => "%d",
        _ => "%r",
    };
}
