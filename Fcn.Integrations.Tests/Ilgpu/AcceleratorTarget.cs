// Kernels in ILGPU's dialect on the real ILGPU: compiled as a user's project compiles them, and run on its simulated device. Buffers of the emulated memory
// go there before a launch and come back behind it. A byte that nobody wrote goes there as a pattern: what comes back changed was written.
using System.Reflection;
using System.Runtime.InteropServices;
using Fcn.Devices.Ilgpu;
using Fcn.Generator.Emit;
using Fcn.Generator.Kernels;
using Fcn.Generator.Schedule.Gpu;
using Fcn.Generator.Targets.Ilgpu;
using Fcn.Tests.Ops;
using Fcn.Tests.Ptx;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;
using IlgpuKernel = Fcn.Generator.Targets.Ilgpu.IlgpuKernel;

namespace Fcn.Integrations.Tests.Ilgpu;

internal sealed unsafe class AcceleratorTarget(IlgpuDriver driver) : IKernelTarget
{
    private const byte Pattern = 0xCB;

    private readonly Dictionary<string, MethodInfo> _methods = [];
    private readonly Dictionary<string, IlgpuKernel> _announced = [];

    public void Announce(IEnumerable<Kernel> kernels)
    {
        foreach (var kernel in kernels.Select(IlgpuRenderer.Render).Where(k => !_methods.ContainsKey(k.Code))) _announced[kernel.Code] = kernel;
    }

    public void Launch(Kernel kernel, GpuMachine machine, int blocks, Func<string, long> argument, DeviceMemory memory)
    {
        var rendered = IlgpuRenderer.Render(kernel);
        if (!_methods.ContainsKey(rendered.Code)) Compile(rendered);
        nint function = driver.Compile(_methods[rendered.Code], kernel.Name, rendered.Threads, dynamicBytes: 0);
        var buffers = new List<(ulong Here, ulong There, byte[] Before)>();
        ulong[] arguments = [.. rendered.Fields.Select(f => f.Type.Pointer ? Send((ulong)argument(f.Name)) : (ulong)argument(f.Name))];
        fixed (ulong* values = arguments)
        {
            void** pointers = stackalloc void*[arguments.Length];
            for (int i = 0; i < arguments.Length; i++) pointers[i] = values + i;
            driver.Launch(function, (uint)blocks, rendered.Threads, 0, 0, pointers);
        }
        driver.Wait(0);
        foreach (var (here, there, before) in buffers) Fetch(memory, here, there, before);

        ulong Send(ulong address)
        {
            byte[] bytes = Bytes(memory, address);
            if (bytes.Length == 0) return 0;
            ulong there = driver.Allocate(bytes.Length);
            fixed (byte* from = bytes) driver.Upload(there, from, bytes.Length, 0);
            driver.Wait(0);
            buffers.Add((address, there, bytes));
            return there;
        }
    }

    private void Fetch(DeviceMemory memory, ulong here, ulong there, byte[] before)
    {
        var after = new byte[before.Length];
        fixed (byte* to = after) driver.Download(to, there, after.Length, 0);
        driver.Wait(0);
        driver.Free(there);
        for (int at = 0; at < after.Length; at += 4)
        {
            int count = Math.Min(4, after.Length - at);
            if (after.AsSpan(at, count).SequenceEqual(before.AsSpan(at, count))) continue;
            memory.Write(here + (ulong)at, after.AsSpan(at, count));
        }
    }

    private static byte[] Bytes(DeviceMemory memory, ulong address)
    {
        var bytes = new byte[memory.BytesFrom(address)];
        Array.Fill(bytes, Pattern);
        for (int at = 0; at < bytes.Length; at += 4)
        {
            int count = Math.Min(4, bytes.Length - at);
            if (memory.IsWritten(address + (ulong)at, count)) memory.Read(address + (ulong)at, bytes.AsSpan(at, count));
        }
        return bytes;
    }

    // Those that were announced at once: a compilation for each would take minutes.
    private void Compile(IlgpuKernel kernel)
    {
        _announced[kernel.Code] = kernel;
        List<IlgpuKernel> kernels = [.. _announced.Values];
        _announced.Clear();
        var files = kernels.Select(static (k, i) => EmitIlgpu.Class(FormattableString.Invariant($"Kernel{i}"), [k]))
            .Concat(EmitIlgpu.Assembly(kernels).Concat(IlgpuPieces.Files).Select(static f => f.Text));
        var compilation = CSharpCompilation.Create(
            "IlgpuKernels", files.Select(static f => CSharpSyntaxTree.ParseText(f, new(LanguageVersion.Latest))), References,
            new(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, allowUnsafe: true));
        using var stream = new MemoryStream();
        var result = compilation.Emit(stream);
        Assert.True(result.Success, string.Join('\n', result.Diagnostics));
        var assembly = Assembly.Load(stream.ToArray());
        for (int i = 0; i < kernels.Count; i++)
            _methods[kernels[i].Code] = assembly.GetType(FormattableString.Invariant($"Fcn.Generated.Kernel{i}"))!.GetMethod(kernels[i].Name)!;
    }

    private static readonly MetadataReference[] References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(static p => Path.GetFileName(p) is var name && (name.StartsWith("System.", StringComparison.Ordinal) || name is "ILGPU.dll" or "Fcn.Runtime.dll"))
            .Select(static p => MetadataReference.CreateFromFile(p)),
    ];
}
