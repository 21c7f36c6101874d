using Fcn.Generator.Kernels;

namespace Fcn.Generator.Schedule;

/// Register tiles of one kind. Kernels call the function of its name, whose parameters these are; every machine has that function and the
/// tiles among which it picks. They are written when somebody reads them: those of Fcn.Runtime are only called.
internal sealed class TileFamily(Kernel signature, Func<Machine, IReadOnlyList<Kernel>> write)
{
    private readonly Dictionary<Machine, IReadOnlyList<Kernel>> _written = [];

    public string Name => Signature.Name;

    /// The function that kernels call, without a body.
    public Kernel Signature { get; } = signature;

    /// The functions of one machine, the one that kernels call first.
    public IReadOnlyList<Kernel> On(Machine machine) =>
        _written.TryGetValue(machine, out var known) ? known : _written[machine] = write(machine);
}
