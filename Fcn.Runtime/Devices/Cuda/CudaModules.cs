using System.Text;
using Fcn.Devices.Gpu;

namespace Fcn.Devices.Cuda;

// A variant's kernels on a card: text → machine code (assembled by the driver, or from the cache) → functions. One module per kernel: what
// is not needed is never assembled, and a changed layer assembles nothing else.
internal sealed class CudaModules : LoadedKernels
{
    // Beyond this a function must ask for its dynamic shared memory.
    private const int SharedBytesByDefault = 48 * 1024;

    private readonly CudaDriver _driver;
    private readonly GpuCard _card;
    private readonly CudaVariant _variant;
    private readonly CubinCache _cache;
    private readonly CudaTarget[] _targets; // highest first
    private readonly nint[] _modules;
    private readonly int _driverVersion;
    private int _target;

    public CudaModules(CudaDriver driver, GpuCard card, CudaProgram program, CudaVariant variant, CubinCache cache) : base(variant)
    {
        (_driver, _card, _variant, _cache) = (driver, card, variant, cache);
        _targets = [.. program.Targets.Where(t => t.Capability >= variant.Capability && t.Capability <= card.Capability)
            .OrderByDescending(static t => t.Capability)];
        if (_targets.Length == 0)
            throw new ArgumentException($"No target from sm_{variant.Capability} to {card} was generated.");
        _modules = new nint[variant.Kernels.Count];
        _driverVersion = driver.Version;
    }

    /// After loading.
    public CudaKernelFacts Facts(int kernel)
    {
        var (known, function) = (_variant.Kernels[kernel], Function(kernel));
        return new CudaKernelFacts(
            known.Name, Of(CudaFunctionAttribute.Registers), Of(CudaFunctionAttribute.LocalBytes), Of(CudaFunctionAttribute.SharedBytes),
            _driver.BlocksPerProcessor(function, known.Threads, known.SharedBytes));

        int Of(CudaFunctionAttribute attribute) => _driver.Attribute(function, attribute);
    }

    public override void Dispose()
    {
        var loaded = _modules.Where(static m => m != 0).Select(m => new Disposal(() => _driver.Unload(m))).ToList();
        Array.Clear(_modules);
        base.Dispose();
        Release.All(loaded);
    }

    protected override nint Load(int kernel)
    {
        var known = _variant.Kernels[kernel];
        if (known.SharedBytes > _card.SharedBytesPerBlock)
        {
            throw new FcnException($"Kernel {known.Name} takes {known.SharedBytes} bytes of shared memory; " +
                $"{_card} has {_card.SharedBytesPerBlock}. Choose another precision, or run on the CPU.");
        }
        // A module may be there of a try before, which failed behind it.
        if (_modules[kernel] == 0) _modules[kernel] = Module(known);
        nint function = _driver.Function(_modules[kernel], known.Name);
        if (known.SharedBytes + _driver.Attribute(function, CudaFunctionAttribute.SharedBytes) > SharedBytesByDefault)
            _driver.SetAttribute(function, CudaFunctionAttribute.MaxDynamicSharedBytes, known.SharedBytes);
        return function;
    }

    // A driver older than a level's PTX version, or a card beyond a level made for one card only, refuses the text: the next lower level
    // has the same kernels under an older header. What held for one kernel holds for all.
    private nint Module(CudaKernel kernel)
    {
        while (true)
        {
            try
            {
                return Module(kernel, Text(_targets[_target], kernel));
            }
            catch (CudaException e) when (e.Code is CudaException.UnsupportedPtx or CudaException.NoBinaryForGpu)
            {
                if (_target + 1 == _targets.Length) throw TooOld(kernel, e);
                _target++;
            }
        }
    }

    private nint Module(CudaKernel kernel, byte[] text)
    {
        string key = CubinCache.Key(text, _card.Capability, _driver);
        if (_cache.Find(key) is { } known)
        {
            try
            {
                return _driver.Load(known);
            }
            catch (CudaException e) when (CudaException.RefusesModule(e.Code))
            {
                // A whole file with the wrong content: assembled and written anew below.
            }
        }
        byte[] code = _driver.Assemble(text, kernel.Name);
        nint module = _driver.Load(code);
        _cache.Store(key, code);
        return module;
    }

    private FcnException TooOld(CudaKernel kernel, CudaException e)
    {
        string[] header = Encoding.UTF8.GetString(_targets[^1].Header()).Split('\n');
        string version = Array.Find(header, static l => l.StartsWith(".version", StringComparison.Ordinal)) ?? "no version";
        return new FcnException(
            $"The NVIDIA driver, one for CUDA {CudaSearch.Words(_driverVersion)}, is too old for {kernel.Name}: its PTX has {version} " +
            $"and targets sm_{_targets[^1].Capability}. Install a newer driver, or run on the CPU (--device cpu).", e);
    }

    // The driver wants a terminating zero.
    private static byte[] Text(CudaTarget target, CudaKernel kernel)
    {
        var header = target.Header();
        var body = kernel.Text();
        var text = new byte[header.Length + body.Length + 1];
        header.CopyTo(text);
        body.CopyTo(text.AsSpan(header.Length));
        return text;
    }
}

/// <summary>What the driver made of a kernel.</summary>
/// <param name="Name">The kernel.</param>
/// <param name="Registers">Registers of a thread.</param>
/// <param name="LocalBytes">Bytes of a thread that did not fit into registers and lie in slow memory; should be 0.</param>
/// <param name="StaticSharedBytes">Shared memory beyond <see cref="CudaKernel.SharedBytes"/>.</param>
/// <param name="BlocksPerProcessor">Blocks that a multiprocessor holds at once; 0 where the driver cannot tell.</param>
public sealed record CudaKernelFacts(string Name, int Registers, int LocalBytes, int StaticSharedBytes, int BlocksPerProcessor);
