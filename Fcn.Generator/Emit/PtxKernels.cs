using Fcn.Generator.Kernels;
using Fcn.Generator.Schedule;
using Fcn.Generator.Schedule.Gpu;
using Fcn.Generator.Targets.Ilgpu;
using Fcn.Generator.Targets.Ptx;
using Fcn.Generator.Text;

namespace Fcn.Generator.Emit;

// All GPU kernels of a network as text, each text once, under the name of the kernel that first had it. Where kernels of one name differ,
// the later one has its machine's name behind its own (max_pool_k2_s2_bf16), then its schedule's. No entry has a parameter's name: ptxas
// 11.8 crashes there. Kernels that share a body are rendered once; they are known by the object.
internal sealed class PtxKernels
{
    /// Classes of a network that have its kernels for members: as PTX, and as methods for ILGPU.
    public const string Class = "Ptx", IlgpuClass = "Ilgpu";

    // What no entry can be called: in PTX, as a member of these classes, and because the text of a method for ILGPU means something else by
    // it.
    private static readonly string[] Reserved =
    [
        "_", "WARP_SZ", PtxRenderer.SharedMemory, .. PtxTarget.All.Select(Header), Class, IlgpuClass, .. GeneratedName.Inherited, .. IlgpuNames.Words,
    ];

    private readonly Dictionary<string, PtxKernel> _byCode = [];
    private readonly List<PtxKernel> _all = [];
    private readonly Dictionary<string, Kernel> _sources = [];
    private readonly Dictionary<(IReadOnlyList<Statement> Body, string Machine), PtxKernel> _rendered = [];

    public PtxKernels(IReadOnlyList<GpuVariant> variants, CancellationToken cancel)
    {
        var launched = variants.SelectMany(static v => v.Modes.SelectMany(s => s.Launches.Select(l => (v.Machine, s.Name, l.Kernel))))
            .GroupBy(static l => (l.Kernel.Body, l.Machine.Name)).Select(static g => g.First()).ToList();
        var rendered = launched.AsParallel().AsOrdered().WithCancellation(cancel).Select(static l => PtxRenderer.Render(l.Kernel, Level(l.Kernel, l.Machine))).ToList();
        var scope = new NameScope(Reserved.Concat(rendered.SelectMany(static r => r.Fields).Select(static f => f.Name)));
        foreach (var ((machine, schedule, kernel), text) in launched.Zip(rendered, static (l, r) => (l, r)))
        {
            if (!_byCode.TryGetValue(text.Code, out var known))
            {
                _byCode[text.Code] = known = text.Named(Free(text.Name, machine.Name, schedule.ToLowerInvariant(), scope));
                _all.Add(known);
                _sources[known.Name] = kernel;
            }
            _rendered[(kernel.Body, machine.Name)] = known;
        }
    }

    /// All kernels, in the order of their first launches.
    public IReadOnlyList<PtxKernel> All => _all;

    /// What a text was rendered from, for targets that say the same in other words.
    public Kernel Source(PtxKernel kernel) => _sources[kernel.Name] with { Name = kernel.Name };

    public PtxKernel Of(GpuMachine machine, Kernel kernel) => _rendered[(kernel.Body, machine.Name)];

    /// Name of the member with what modules of this level begin with.
    public static string Header(PtxTarget target) => $"sm_{Literal.Of(target.Capability)}";

    // A kernel that every card can run has one text for all machines: whatever its machine's level offers beyond would be a second one.
    private static int Level(Kernel kernel, GpuMachine machine)
    {
        bool needs = kernel.Body.Any(static s => s.Op == KernelOp.AsyncWait)
            || KernelFields.Of(kernel).Any(static f => f.Type.Element is Element.BFloat16 or Element.TensorFloat);
        return needs ? machine.Capability : GpuMachine.Plain.Capability;
    }

    private static string Free(string name, string machine, string schedule, NameScope scope) =>
        scope.Take(name, $"{name}_{machine}", $"{name}_{schedule}", $"{name}_{machine}_{schedule}");
}
