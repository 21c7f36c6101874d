using Fcn.Devices.Gpu;

namespace Fcn.Devices.Cuda;

// What the driver refused, in words. Names and sentences come from the driver; what to do about it from here.
internal sealed class CudaException : GpuException
{
    public const int OutOfMemory = 2;
    public const int Deinitialized = 4;
    public const int NoDevice = 100;
    public const int InvalidImage = 200;
    public const int NoBinaryForGpu = 209;
    public const int InvalidPtx = 218;
    public const int NoJitCompiler = 221;
    public const int UnsupportedPtx = 222;

    /// <param name="code">A CUresult.</param>
    /// <param name="name">Such as CUDA_ERROR_LAUNCH_FAILED; null where the driver does not know it.</param>
    /// <param name="sentence">The driver's explanation, or null.</param>
    /// <param name="operation">The call that reported it. Kernels run behind the calls: it may be an earlier one's fault.</param>
    /// <param name="log">What the driver's assembler wrote.</param>
    public CudaException(int code, string? name, string? sentence, string operation, string? log = null)
        : base(Sentences(code, name, sentence, operation, log), FaultOf(code)) => Code = code;

    public int Code { get; }

    /// The process has lost the card: every further call reports the same.
    public static bool IsSticky(int code) => code is 700 or 702 or 710 or (>= 713 and <= 719);

    /// The driver could not read this module, which may be damaged or made for another card.
    public static bool RefusesModule(int code) => code is InvalidImage or NoBinaryForGpu or InvalidPtx or UnsupportedPtx or 300;

    private static GpuFault FaultOf(int code) =>
        IsSticky(code) ? GpuFault.Lost : code == OutOfMemory ? GpuFault.OutOfMemory : GpuFault.Refused;

    private static string Sentences(int code, string? name, string? sentence, string operation, string? log)
    {
        string known = name ?? "an error that it has no name for", more = sentence is null ? "" : $", {sentence}";
        string words = $"The NVIDIA driver refused {operation}: {known} ({code}{more}).";
        string advice = code switch
        {
            _ when IsSticky(code) => $" The GPU is lost to this process. {Restart}",
            NoJitCompiler => " The driver's assembler, libnvidia-ptxjitcompiler.so.1, is not installed; containers lack it at times.",
            46 or 201 => " Another process holds the card for itself, or it is switched off for computing.",
            802 => " The machine's GPUs are not ready yet (nvidia-fabricmanager).",
            803 or 804 => " Its library and its kernel module are of different versions: restart the machine, or mount the host's library.",
            999 => " Its installation is broken, or its kernel module is not loaded: nvidia-smi tells.",
            _ => "",
        };
        return words + advice + (string.IsNullOrWhiteSpace(log) ? "" : $"\n{log.Trim()}");
    }
}
