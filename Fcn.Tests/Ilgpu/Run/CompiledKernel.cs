using Fcn.Tests.Ptx;

namespace Fcn.Tests.Ilgpu;

internal delegate IEnumerator<int> KernelStart(KernelThread thread, KernelArguments arguments);

// A rewritten kernel, ready to be launched: what it declares to the emulator, its places (numbered over the program), and its threads' start.
internal sealed record CompiledKernel(
    PtxEntry Entry, IReadOnlyList<(int Offset, int Bytes)> SharedArrays, KernelSite[] Sites, IReadOnlyList<KernelSite> Own, KernelStart Start)
{
    /// As PtxLauncher: the first fault ends the launch.
    public LaunchReport Launch(
        int blocks, int threads, int sharedBytes, ReadOnlySpan<ulong> arguments, DeviceMemory memory, int seed = 1) =>
        PtxLauncher.Launch(Entry, blocks, threads, sharedBytes, arguments, memory, block => new KernelBlock(this, block, seed).Run, Own, seed);
}
