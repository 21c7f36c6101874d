using Fcn.Generator.Text;

namespace Fcn.Generator.Targets.Ptx;

// Architecture levels: the oldest PTX version that carries what their kernels use, so that old drivers take them. Texts of kernels are the
// same for 80 and 90: a level is a header. 6.3 knows sm_75; 7.4 brings cp.async with .L2::128B; 7.8 knows sm_90.
internal sealed record PtxTarget(int Capability, string Version)
{
    public static readonly PtxTarget Turing = new(75, "6.3");
    public static readonly PtxTarget Ampere = new(80, "7.4");
    public static readonly PtxTarget Hopper = new(90, "7.8");

    public static readonly IReadOnlyList<PtxTarget> All = [Turing, Ampere, Hopper];

    /// What a module begins with.
    public string Header =>
        $".version {Version}\n.target sm_{Literal.Of(Capability)}\n.address_size 64\n\n.extern .shared .align 1024 .b8 {PtxRenderer.SharedMemory}[];\n";
}
