namespace Fcn.Devices.Gpu;

// What the engine and messages need to know of a GPU.
internal sealed record GpuCard(int Ordinal, string Name, int Capability, int Processors, int SharedBytesPerBlock)
{
    /// Turing: the first with matrix units for what sm_75 kernels use.
    public const int NeededCapability = 75;

    /// For messages: <c>cuda:0 (NVIDIA H200, sm_90)</c>.
    public required string Words { get; init; }

    public bool IsSupported => Capability >= NeededCapability;

    public override string ToString() => Words;
}
