using Fcn.Devices.Cuda;
using Fcn.Devices.Gpu;

namespace Fcn.Devices.Ilgpu;

/// <summary>
/// A device of ILGPU: an NVIDIA GPU, an OpenCL device, or its simulated CPU device. Kernels are compiled when they are first needed, once for
/// all networks of the device. Serves any number of networks; each keeps it until it is disposed, the device may go before.
/// </summary>
public sealed class IlgpuDevice : GpuDevice, IDisposable
{
    internal const int MatrixUnits = 80; // sm_80

    private const string RunOnCpu = "Run without ILGPU instead (--device cpu).";

    private readonly GpuContext _context;
    private readonly IlgpuDriver _driver;
    private bool _disposed;

    /// <summary>Opens a device.</summary>
    /// <param name="backend">What kind of device; left open, the first that is there of CUDA, OpenCL and CPU.</param>
    /// <param name="ordinal">Its number among those of its kind, 0 for the first.</param>
    /// <param name="precision">How convolutions multiply; other than <see cref="CudaPrecision.Fp32"/> on NVIDIA GPUs alone.</param>
    /// <exception cref="FcnException">There is no such device, ILGPU cannot use it, or it cannot compute in this precision.</exception>
    public IlgpuDevice(IlgpuBackend backend = IlgpuBackend.Auto, int ordinal = 0, CudaPrecision precision = CudaPrecision.Fp32)
        : base(precision)
    {
        IlgpuMachine machine = IlgpuMachine.Open(backend, ordinal);
        string words = precision.ToString().ToLowerInvariant();
        if (precision != CudaPrecision.Fp32 && machine.Card.Capability < MatrixUnits)
        {
            machine.Dispose();
            throw new FcnException(
                $"{machine.Card} cannot compute in {words}: that needs an NVIDIA GPU of compute capability 8.0 or above. Use fp32.");
        }
        Backend = machine.Backend;
        try
        {
            _driver = new IlgpuDriver(machine);
        }
        catch
        {
            machine.Dispose();
            throw;
        }
        _context = new GpuContext(_driver, machine.Card);
        Name = $"{machine.Place} ({machine.Card.Name}, {words})";
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <summary>What kernels are compiled for; never <see cref="IlgpuBackend.Auto"/>.</summary>
    public IlgpuBackend Backend { get; }

    // For tests.
    internal IlgpuDriver Driver => _driver;

    /// <inheritdoc/>
    public override int Capability => _context.Card.Capability;

    /// <summary>A device by its name, as command lines have it.</summary>
    /// <param name="backend"><c>cuda</c>, <c>opencl</c>, <c>cpu</c>, or nothing for the first that is there.</param>
    /// <param name="precision">How convolutions multiply.</param>
    /// <exception cref="FcnException">The name is none of these; otherwise as the constructor.</exception>
    public static IlgpuDevice Open(string backend, CudaPrecision precision = CudaPrecision.Fp32) => new(
        backend switch
        {
            "" => IlgpuBackend.Auto,
            "cuda" => IlgpuBackend.Cuda,
            "opencl" => IlgpuBackend.OpenCl,
            "cpu" => IlgpuBackend.Cpu,
            _ => throw new FcnException($"ILGPU has no backend '{backend}': expected cuda, opencl or cpu."),
        },
        ordinal: 0, precision);

    /// <inheritdoc/>
    /// <exception cref="FcnException">
    /// The network was built without ILGPU kernels, none of them are for this device and precision, or its memory does not hold the parameters.
    /// </exception>
    public override Engine Open(NetworkSummary network, NetworkCode code)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (code.Ilgpu is not { } kernels || code.Cuda is not { } all)
        {
            throw new FcnException($"{network.Name} was built without ILGPU kernels. " +
                $"Reference the package ILGPU in the project that declares it and build again. {RunOnCpu}");
        }
        if (_driver.IsLost) throw GpuException.Lost(network.Name);
        CudaProgram program = all with { Variants = [.. all.Variants.Where(v => v.Kernels.All(k => kernels.Kernels.ContainsKey(k.Name)))] };
        CudaVariant variant = Variant(network.Name, _context.Card.ToString(), program, RunOnCpu);
        return new GpuEngine(this, _context.Share(), network, program, variant, () => new IlgpuKernels(_driver, variant, kernels));
    }

    /// <summary>Gives the device back, except what networks on it still hold.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _context.Dispose();
    }
}
