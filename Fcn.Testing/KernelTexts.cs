// Generated files of one target → its kernels by name. C# kernels are methods of one class; PTX kernels are raw strings; those on matrix units lie in
// files that networks share, under names that end in a hash of the text, and the network's file says which are its own.
using System.Text.RegularExpressions;

namespace Fcn.Testing;

internal sealed partial class KernelTexts
{
    private readonly Dictionary<string, string> texts = new(StringComparer.Ordinal);
    private readonly List<string> names = [];

    private KernelTexts() { }

    /// In the order of the files, each once.
    public IReadOnlyList<string> Names => names;

    public string? Find(string name) => texts.GetValueOrDefault(name);

    public static KernelTexts Read(GeneratedFiles files, KernelTarget target)
    {
        string[] own = files.Find(File(target)) ?? throw new FcnException(Missing(files, target));
        var read = target switch
        {
            KernelTarget.Cpu => Methods(own),
            KernelTarget.Ptx => Ptx(files, own),
            KernelTarget.Ilgpu => Ilgpu(files, own),
        };
        return read.names.Count > 0 ? read : throw new FcnException($"{files.Network} has a file for {target}, but no kernel was found in it.");
    }

    // The network's own file that says which kernels it has.
    private static string File(KernelTarget target) => target switch
    {
        KernelTarget.Cpu => "CpuKernels.g.cs",
        KernelTarget.Ptx => "Cuda.g.cs",
        KernelTarget.Ilgpu => "Ilgpu.g.cs",
    };

    private static string Missing(GeneratedFiles files, KernelTarget target) => target switch
    {
        KernelTarget.Ilgpu =>
            $"{files.Network} was compiled without kernels for ILGPU: reference the package ILGPU in the project that declares it, let its property FcnTargets have ilgpu, and build again.",
        KernelTarget.Cpu or KernelTarget.Ptx =>
            $"{files.Network} was compiled without kernels for {target}: its declaration has errors, or the property FcnTargets of its project leaves them out. See the messages of the build.",
    };

    private void Add(string name, string text)
    {
        if (texts.TryAdd(name, text)) names.Add(name);
    }

    // A method starts with its comment and attributes and ends with the first braces at its own indentation; no raw string is inside.
    private static KernelTexts Methods(string[] lines)
    {
        var read = new KernelTexts();
        int start = -1;
        for (int i = 0; i < lines.Length; i++)
        {
            if (Method().Match(lines[i]) is { Success: true } method && Body(lines, i) is var end and > 0)
            {
                int from = start < 0 ? i : start;
                read.Add(method.Groups["name"].Value, string.Join('\n', lines[from..(end + 1)].Select(static l => l.Length > 4 ? l[4..] : "")));
                (start, i) = (-1, end);
            }
            else if (Lead().IsMatch(lines[i])) start = start < 0 ? i : start;
            else start = -1;
        }
        return read;
    }

    private static int Body(string[] lines, int signature)
    {
        int open = Array.IndexOf(lines, "    { unchecked {", signature);
        return open < 0 ? -1 : Array.IndexOf(lines, "    } }", open);
    }

    private static KernelTexts Ptx(GeneratedFiles files, string[] program)
    {
        var small = RawStrings(files.Find("Ptx.g.cs") ?? throw new FcnException(Missing(files, KernelTarget.Ptx)));
        var read = new KernelTexts();
        foreach (string line in program)
            if (Launchable().Match(line) is { Success: true } kernel)
            {
                string member = kernel.Groups["member"].Value;
                var texts = kernel.Groups["shared"].Success ? RawStrings(files.Shared($"Fcn.Generated.Ptx.{member}")) : small;
                read.Add(kernel.Groups["name"].Value, texts[member]);
            }
        return read;
    }

    private static Dictionary<string, string> RawStrings(string[] lines)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        for (int i = 0; i + 1 < lines.Length; i++)
            if (Data().Match(lines[i]) is { Success: true } data && lines[i + 1] == "\"\"\"")
            {
                int end = Array.IndexOf(lines, "\"\"\"u8;", i);
                texts.Add(data.Groups["name"].Value, string.Join('\n', lines[(i + 2)..end]).TrimEnd('\n'));
                i = end;
            }
        return texts;
    }

    // The network's table has every kernel: its own method, that of an equal kernel, or one that the assembly's networks share.
    private static KernelTexts Ilgpu(GeneratedFiles files, string[] own)
    {
        var (read, methods) = (new KernelTexts(), Methods(own));
        foreach (string line in own)
            if (Listed().Match(line) is { Success: true } kernel)
            {
                string member = kernel.Groups["member"].Value, file = kernel.Groups["shared"].Success ? $"Fcn.Generated.Ilgpu.{member}" : "";
                read.Add(kernel.Groups["name"].Value, (file == "" ? methods : Methods(files.Shared(file))).Find(member)
                    ?? throw new FcnException($"{(file == "" ? files.Network : file)} has no method {member} for ILGPU."));
            }
        return read;
    }

    [GeneratedRegex(@"^    (public|internal) static (unsafe )?void (?<name>\w+)(<V>)?\(")]
    private static partial Regex Method();

    [GeneratedRegex(@"^    (//|\[)")]
    private static partial Regex Lead();

    [GeneratedRegex(@"^\s+new\(""(?<name>\w+)"", .*=> (?<shared>global::Fcn\.Generated\.Ptx\.)?(\w+\.)?(?<member>\w+)\),$")]
    private static partial Regex Launchable();

    [GeneratedRegex(@"^    internal static ReadOnlySpan<byte> (?<name>\w+) =>$")]
    private static partial Regex Data();

    [GeneratedRegex(@"^\s+\[""(?<name>\w+)""\] = (?<shared>global::Fcn\.Generated\.Ilgpu\.)?(?<member>\w+),$")]
    private static partial Regex Listed();
}
