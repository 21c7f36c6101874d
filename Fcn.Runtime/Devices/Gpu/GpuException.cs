namespace Fcn.Devices.Gpu;

// What a driver refused, in its back end's words, and what that means for the engine.
internal class GpuException(string message, GpuFault fault, Exception? inner = null) : FcnException(message, inner)
{
    public const string Restart = "Start the program again; a training run goes on from its last checkpoint, which is intact (--resume).";

    public GpuFault Fault => fault;

    public static FcnException Lost(string network) => new(
        $"The GPU was lost to this process by an earlier error, so {network} cannot run. {Restart}");
}

internal enum GpuFault
{
    /// This call failed; others may work.
    Refused,

    /// The card has not so much memory left.
    OutOfMemory,

    /// The process has lost the card: every further call reports the same.
    Lost,
}
