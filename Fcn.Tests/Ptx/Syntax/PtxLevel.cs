namespace Fcn.Tests.Ptx;

// What a module's header promises, and what each instruction asks of it: the smallest PTX ISA and target, found with an assembler.
internal sealed record PtxLevel(Version Version, int Target)
{
    private static readonly Dictionary<string, (Version Version, int Target)> Features = new()
    {
        ["shfl.sync"] = (new(6, 0), 30),
        ["vote.sync"] = (new(6, 0), 30),
        ["mma f16 m16n8k8"] = (new(6, 5), 75),
        ["mma f16 m16n8k16"] = (new(7, 0), 80),
        ["mma bf16"] = (new(7, 0), 80),
        ["mma tf32"] = (new(7, 0), 80),
        ["ldmatrix"] = (new(6, 5), 75),
        ["cp.async"] = (new(7, 0), 80),
        ["cp.async with ignore-src"] = (new(7, 5), 80),
        [".L2::128B"] = (new(7, 4), 75),
        [".L1::no_allocate"] = (new(7, 4), 70),
        ["cvt to bf16 or bf16x2"] = (new(7, 0), 80),
        ["cvt to f16x2"] = (new(7, 0), 80),
        ["cvt.rn.relu"] = (new(7, 0), 80),
        ["cvt.rna.tf32"] = (new(7, 0), 80),
        ["cvt from bf16"] = (new(7, 1), 80),
        [".NaN"] = (new(7, 0), 80),
        ["tanh.approx"] = (new(7, 0), 75),
    };

    // The first PTX ISA that knows each target.
    private static readonly Dictionary<string, (Version Version, int Target)> Targets = new()
    {
        ["sm_70"] = (new(6, 0), 70), ["sm_72"] = (new(6, 1), 72), ["sm_75"] = (new(6, 3), 75),
        ["sm_80"] = (new(7, 0), 80), ["sm_86"] = (new(7, 1), 86), ["sm_87"] = (new(7, 4), 87), ["sm_89"] = (new(7, 8), 89),
        ["sm_90"] = (new(7, 8), 90), ["sm_90a"] = (new(8, 0), 90), ["sm_100"] = (new(8, 6), 100), ["sm_120"] = (new(8, 7), 120),
    };

    /// What is missing for a feature, or null.
    public string? Lacks(string feature)
    {
        var (version, target) = Features[feature];
        if (Target < target) return $"{feature} requires .target sm_{target} or higher, the module says sm_{Target}";
        return Version < version ? $"{feature} requires .version {version} or higher, the module says {Version}" : null;
    }

    public static string? Read(Version version, string target, out PtxLevel level)
    {
        level = new(version, 0);
        if (!Targets.TryGetValue(target, out var known)) return $"unknown target '{target}'";
        level = new(version, known.Target);
        return version < known.Version ? $".target {target} requires .version {known.Version} or higher, the module says {version}" : null;
    }
}
