using Fcn.Generator.Schedule.Gpu;
using Fcn.Generator.Targets.Ptx;

namespace Fcn.Generator.Emit;

// All GPU kernels of a network as text, each text once, under the name of the kernel that first had it. Where kernels of one name differ, the later one
// has its machine's name behind its own (conv3_2_forward_bf16), then its schedule's. No entry has a parameter's name: ptxas 11.8 crashes there.
internal sealed class PtxKernels
{
    private readonly Dictionary<string, PtxKernel> _byCode = [];
    private readonly HashSet<string> _names = [];
    private readonly List<PtxKernel> _all = [];
    private readonly Dictionary<Kernel, PtxKernel> _rendered = new(Same.Object);

    public PtxKernels(IReadOnlyList<GpuVariant> variants)
    {
        var rendered = variants.SelectMany(static v => v.Named.SelectMany(s => s.Schedule.Launches.Select(l => (v.Machine, s.Name, l.Kernel))))
            .Select(l => (l.Machine, l.Name, l.Kernel, Text: PtxRenderer.Render(l.Kernel, l.Machine.Capability))).ToList();
        _names.UnionWith(rendered.SelectMany(static r => r.Text.Fields).Select(static f => f.Name));
        foreach (var (machine, schedule, kernel, text) in rendered)
        {
            if (!_byCode.TryGetValue(text.Code, out var known))
            {
                _byCode[text.Code] = known = text.Named(Free(text.Name, machine.Name, schedule.ToLowerInvariant()));
                _all.Add(known);
            }
            _rendered[kernel] = known;
        }
    }

    /// In the order of their first launches.
    public IReadOnlyList<PtxKernel> All => _all;

    public PtxKernel this[Kernel kernel] => _rendered[kernel];

    private string Free(string name, string machine, string schedule)
    {
        foreach (string candidate in new[] { name, $"{name}_{machine}", $"{name}_{schedule}", $"{name}_{machine}_{schedule}" })
            if (_names.Add(candidate)) return candidate;
        for (int n = 2; ; n++)
            if (_names.Add($"{name}_{machine}_{Literal.Of(n)}")) return $"{name}_{machine}_{Literal.Of(n)}";
    }

    // Kernels are known again by the object: to compare them member by member would take longer than to render them.
    private sealed class Same : IEqualityComparer<Kernel>
    {
        public static readonly Same Object = new();

        public bool Equals(Kernel x, Kernel y) => ReferenceEquals(x, y);

        public int GetHashCode(Kernel kernel) => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(kernel);
    }
}
