using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Fcn.Devices.Cuda;

namespace Fcn.Tests.Devices.Cuda;

// Text to machine code (the text behind a mark), modules and functions.
internal sealed unsafe partial class EmulatedDriver
{
    private const string Mark = "machine code of the emulated driver\n";

    public override byte[] Assemble(ReadOnlySpan<byte> text, string name)
    {
        Current();
        if (text[^1] != 0) throw new InvalidOperationException("PTX must end with a zero.");
        string source = Encoding.UTF8.GetString(text[..^1]);
        double version = double.Parse(VersionOf().Match(source).Groups[1].Value, CultureInfo.InvariantCulture);
        if (version > PtxVersion) Check(CudaException.UnsupportedPtx, $"cuLinkAddData of {name}", "ptxas: unsupported .version");
        int code = Planted("cuLinkAddData");
        if (code != 0) Check(code, $"cuLinkAddData of {name}", $"ptxas error: line 7 of {name}");
        Assembled.Add(name);
        return Encoding.UTF8.GetBytes(Mark + source);
    }

    public override nint Load(ReadOnlySpan<byte> machineCode)
    {
        Current();
        string code = Encoding.UTF8.GetString(machineCode);
        if (!code.StartsWith(Mark, StringComparison.Ordinal)) Check(CudaException.InvalidImage, "cuModuleLoadData");
        _modules.Add(_next, code[Mark.Length..]);
        return _next++;
    }

    public override void Unload(nint module)
    {
        if (IsLost) return;
        _modules.Remove(module);
        nint[] gone = [.. _functions.Where(f => f.Value.Module == module).Select(static f => f.Key)];
        foreach (nint function in gone) _functions.Remove(function);
    }

    public override nint Function(nint module, string name)
    {
        string text = _modules[module];
        var entry = Regex.Match(text, $@"\.entry\s+{name}\s*\(([^)]*)\)");
        May("cuModuleGetFunction");
        if (!entry.Success) Check(500, $"cuModuleGetFunction of {name}");
        _functions.Add(_next, new Entry(module, text, name, Regex.Count(entry.Groups[1].Value, @"\.param")));
        return _next++;
    }

    public override int Attribute(nint function, CudaFunctionAttribute attribute) => attribute switch
    {
        CudaFunctionAttribute.Registers => 42,
        CudaFunctionAttribute.LocalBytes => LocalBytes,
        CudaFunctionAttribute.SharedBytes => 0,
        CudaFunctionAttribute.MaxDynamicSharedBytes => _functions[function].MaxDynamicSharedBytes,
    };

    public override void SetAttribute(nint function, CudaFunctionAttribute attribute, int value)
    {
        Assert(attribute == CudaFunctionAttribute.MaxDynamicSharedBytes && value <= Card.SharedBytes, "a wrong function attribute");
        _functions[function].MaxDynamicSharedBytes = value;
        SharedRequests++;
    }

    public override int BlocksPerProcessor(nint function, int threads, int sharedBytes) => 2048 / threads;

    [GeneratedRegex(@"^\.version (\d+\.\d+)", RegexOptions.Multiline)]
    private static partial Regex VersionOf();

    private sealed record Entry(nint Module, string Text, string Name, int Arguments)
    {
        public int MaxDynamicSharedBytes { get; set; } = 48 * 1024;
    }
}
