using Fcn.Generator.Text;

namespace Fcn.Generator.Targets.Ilgpu;

// What kernels in ILGPU's dialect are written with: vectors that a thread loads and stores at once, and the arithmetic that C# has not in
// one word. One file per assembly. ILGPU inlines all of it; every lane is a field, since arrays would lie in slow memory.
internal static class IlgpuPieces
{
    public static IReadOnlyList<GeneratedFile> Files { get; } =
    [
        new("Fcn.Generated.IlgpuReal.g.cs", Arithmetic()),
        new("Fcn.Generated.IlgpuVectors.g.cs", Vectors()),
    ];

    // ILGPU's launchers call kernels from an assembly of their own.
    private const string Launchers = "[assembly: global::System.Runtime.CompilerServices.InternalsVisibleTo(global::ILGPU.Context.RuntimeAssemblyName)]\n";

    private const string Real = """
        // Arithmetic of single numbers.
        internal static class Real
        {
            // A NaN in the second operand stays.
            public static float Min(float a, float b) => a < b ? a : b;

            // As Min.
            public static float Max(float a, float b) => a > b ? a : b;

            public static double Min(double a, double b) => a < b ? a : b;

            public static double Max(double a, double b) => a > b ? a : b;

            public static float OfBits(int bits) => Interop.IntAsFloat(unchecked((uint)bits));

            public static int Bits(float x) => unchecked((int)Interop.FloatAsInt(x));

            // The upper half of a product of numbers without sign.
            public static int MultiplyHigh(int a, int b) => unchecked((int)(((ulong)(uint)a * (uint)b) >> 32));

            // To the 11 bits of mantissa that TF32 has, ties away from zero.
            public static float Round(float x)
            {
                uint bits = Interop.FloatAsInt(x);
                return (bits & 0x7f800000u) == 0x7f800000u ? x : Interop.IntAsFloat(unchecked(bits + 0x1000u) & 0xffffe000u);
            }

            // Uniform in [0, 1) by seed and counter: the same mask of dropout on every device.
            public static float Uniform(int seed, long counter)
            {
                unchecked
                {
                    uint key = Mix(Mix((uint)seed + 0x9e3779b9u) ^ (uint)(counter >> 32));
                    uint hash = Mix(Mix((uint)counter ^ key) ^ (uint)seed);
                    return (float)(int)(hash >> 8) * 5.9604645E-08f;
                }
            }

            // The finaliser of MurmurHash3.
            private static uint Mix(uint x)
            {
                x = unchecked((x ^ (x >> 16)) * 0x85ebca6bu);
                x = unchecked((x ^ (x >> 13)) * 0xc2b2ae35u);
                return x ^ (x >> 16);
            }
        }

        // bfloat16: the upper half of a float, in a ushort.
        internal static class BFloat
        {
            public static float ToFloat(ushort x) => Interop.IntAsFloat((uint)x << 16);

            // To the nearest, ties to even; a NaN stays one.
            public static ushort Of(float x) => unchecked((ushort)Bits(x));

            // As Of, in the lower half of a word.
            public static uint Bits(float x)
            {
                uint bits = Interop.FloatAsInt(x);
                return (bits & 0x7fffffffu) > 0x7f800000u ? 0x7fffu : unchecked(bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
            }
        }

        """;

    private static string Arithmetic()
    {
        var w = SourceWriter.File("Fcn.Generated", ["ILGPU.Interop"], assembly: Launchers);
        w.Raw(Real);
        return w.ToString();
    }

    private static string Vectors()
    {
        var w = SourceWriter.File("Fcn.Generated", ["System.MathF", "ILGPU.Interop"], ["global::ILGPU"]);
        foreach (int lanes in new[] { 2, 4, 8 })
        {
            Truths(w, lanes);
            Floats(w, lanes);
        }
        Ints(w, 2);
        Ints(w, 4);
        BFloats(w, 4);
        BFloats(w, 8);
        return w.ToString().TrimEnd('\n') + "\n";
    }

    private static void Floats(SourceWriter w, int lanes)
    {
        string name = $"Float{Literal.Of(lanes)}", truth = $"Truth{Literal.Of(lanes)}";
        string Each(string lane) => $"new({Lanes(lanes, lane)})";
        w.Line($"// {Literal.Of(lanes)} floats that lie together.");
        using (w.Block($"internal struct {name}"))
        {
            Fields(w, name, "float", lanes);
            if (lanes == 8) w.Line(HalvesOf8);
            else Memory(w, name, "float", lanes);
            w.Line($"public static {name} Indices => {Each("#f")};\n");
            w.Line($"public static {name} Of(float x) => {Each("x")};\n");
            foreach (string sign in new[] { "+", "-", "*", "/" })
                w.Line($"public static {name} operator {sign}({name} a, {name} b) => {Each($"a.V# {sign} b.V#")};\n");
            foreach (string sign in new[] { "<", ">", "<=", ">=" })
                w.Line($"public static {truth} operator {sign}({name} a, {name} b) => {Each($"a.V# {sign} b.V#")};\n");
            w.Line($"public static {truth} Equal({name} a, {name} b) => {Each("a.V# == b.V#")};\n");
            foreach (string extreme in new[] { "Min", "Max" })
                w.Line($"public static {name} {extreme}({name} a, {name} b) => {Each($"Real.{extreme}(a.V#, b.V#)")};\n");
            w.Line($"public static {name} MultiplyAdd({name} a, {name} b, {name} c) => {Each("a.V# * b.V# + c.V#")};\n");
            w.Line($"public static {name} Select({truth} condition, {name} a, {name} b) => {Each("condition.V# ? a.V# : b.V#")};\n");
            w.Line($"public static {name} Select(bool condition, {name} a, {name} b) => {Each("condition ? a.V# : b.V#")};\n");
            w.Line($"public static {name} Exp({name} x) => {Each("MathF.Exp(x.V#)")};\n");
            w.Line($"public static {name} Log({name} x) => {Each("MathF.Log(x.V#)")};\n");
            w.Line($"// To TF32.\npublic static {name} Round({name} x) => {Each("Real.Round(x.V#)")};\n");
            w.Line($"// Halves added to each other down to one lane.\npublic readonly float Sum() => {Halved(0, lanes)};\n");
            w.Line($"public readonly float Least() => {Folded("Min", lanes)};\n");
            w.Line($"public readonly float Greatest() => {Folded("Max", lanes)};");
        }
        w.Line();
    }

    // 16 bytes at a time, the most that an instruction takes.
    private const string HalvesOf8 = """
        public static Float8 Load(ArrayView<float> view, long at)
        {
            Float4 low = Float4.Load(view, at), high = Float4.Load(view, at + 4);
            return new(low.V0, low.V1, low.V2, low.V3, high.V0, high.V1, high.V2, high.V3);
        }

        public static void Store(ArrayView<float> view, long at, Float8 x)
        {
            Float4.Store(view, at, new(x.V0, x.V1, x.V2, x.V3));
            Float4.Store(view, at + 4, new(x.V4, x.V5, x.V6, x.V7));
        }

        """;

    private static void Truths(SourceWriter w, int lanes)
    {
        string name = $"Truth{Literal.Of(lanes)}";
        w.Line("// Truth by lane.");
        using (w.Block($"internal struct {name}"))
        {
            Fields(w, name, "bool", lanes);
            w.Line($"public static {name} Of(bool x) => new({Lanes(lanes, "x")});\n");
            w.Line($"public static {name} operator &({name} a, {name} b) => new({Lanes(lanes, "a.V# & b.V#")});\n");
            w.Line($"public static {name} operator |({name} a, {name} b) => new({Lanes(lanes, "a.V# | b.V#")});");
        }
        w.Line();
    }

    private static void Ints(SourceWriter w, int lanes)
    {
        string name = $"Int{Literal.Of(lanes)}";
        w.Line($"// {Literal.Of(lanes)} ints that lie together.");
        using (w.Block($"internal struct {name}"))
        {
            Fields(w, name, "int", lanes);
            Memory(w, name, "int", lanes);
        }
        w.Line();
    }

    private static void BFloats(SourceWriter w, int lanes)
    {
        string name = $"BFloat{Literal.Of(lanes)}", floats = $"Float{Literal.Of(lanes)}";
        w.Line($"// {Literal.Of(lanes)} bfloat16s that lie together: two to a word, the first in its lower half.");
        using (w.Block($"internal struct {name}"))
        {
            Fields(w, name, "uint", lanes / 2);
            Memory(w, name, "ushort", lanes);
            string words = string.Join(", ", Enumerable.Range(0, lanes / 2).Select(static i => $"BFloat.Bits(x.V{Literal.Of(2 * i)}) | BFloat.Bits(x.V{Literal.Of(2 * i + 1)}) << 16"));
            w.Line($"public static {name} Of({floats} x) => new({words});\n");
            w.Line($"public static {floats} ToFloat({name} x) => new({Lanes(lanes / 2, "Interop.IntAsFloat(x.V# << 16), Interop.IntAsFloat(x.V# & 0xffff0000u)")});");
        }
        w.Line();
    }

    private static void Fields(SourceWriter w, string name, string element, int count)
    {
        w.Line($"public {element} {Lanes(count, "V#")};\n");
        using (w.Block($"public {name}({Lanes(count, $"{element} v#")})")) w.Line(Lanes(count, "V# = v#;", " "));
        w.Line();
    }

    // A vector lies at multiples of its own size, as schedules place it.
    private static void Memory(SourceWriter w, string name, string element, int lanes)
    {
        string shift = Literal.Of(lanes == 2 ? 1 : lanes == 4 ? 2 : 3);
        w.Line($"public static {name} Load(ArrayView<{element}> view, long at) => view.Cast<{name}>()[at >> {shift}];\n");
        w.Line($"public static void Store(ArrayView<{element}> view, long at, {name} x) => view.Cast<{name}>()[at >> {shift}] = x;\n");
    }

    // The text of every lane; # is its number.
    private static string Lanes(int count, string lane, string between = ", ") =>
        string.Join(between, Enumerable.Range(0, count).Select(i => lane.Replace("#", Literal.Of(i))));

    private static string Halved(int first, int count, int step = 1) =>
        count == 1 ? $"V{Literal.Of(first)}" : $"({Halved(first, count / 2, 2 * step)} + {Halved(first + step, count / 2, 2 * step)})";

    private static string Folded(string extreme, int lanes) =>
        Enumerable.Range(1, lanes - 1).Aggregate("V0", (text, i) => $"Real.{extreme}({text}, V{Literal.Of(i)})");
}
