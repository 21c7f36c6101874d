// Networks of Fcn.Models → what ILGPU's PTX back end makes of their kernels, a file each, for an assembler to judge; needs no GPU.
//   Fcn.IlgpuPtx OUT NETWORK...        such as Fcn8s; OUT/<network>/<kernel>.ptx
using System.Diagnostics;
using System.Reflection;
using Fcn.Devices.Ilgpu;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;

if (args.Length < 2)
{
    Console.Error.WriteLine("usage: Fcn.IlgpuPtx OUT NETWORK...");
    return 2;
}
var assembly = typeof(Fcn.Models.Fcn8s).Assembly;
// One for all: ILGPU keeps what it knows of types and of functions that kernels share.
using var context = Context.Create(static b => b.CPU().EnableAlgorithms().Optimize(OptimizationLevel.O2));
using var backend = new PTXBackend(
    context, new CudaCapabilityContext(CudaArchitecture.SM_90), CudaArchitecture.SM_90, CudaInstructionSet.ISA_78, null);
foreach (string network in args.Skip(1))
{
    if (assembly.GetType($"Fcn.Generated.Networks.Fcn.Models.{network}.Ilgpu")?.GetProperty("Program")?.GetValue(null) is not IlgpuProgram program)
    {
        Console.Error.WriteLine($"{assembly.GetName().Name} has no network '{network}'.");
        return 1;
    }
    string folder = Directory.CreateDirectory(Path.Combine(args[0], network)).FullName;
    var clock = Stopwatch.StartNew();
    var done = new HashSet<MethodInfo>();
    foreach (var (name, kernel) in program.Kernels.Where(k => done.Add(k.Value.Method)))
    {
        var entry = EntryPointDescription.FromExplicitlyGroupedKernel(kernel.Method);
        var compiled = (PTXCompiledKernel)backend.Compile(entry, KernelSpecialization.Empty);
        File.WriteAllText(Path.Combine(folder, $"{name}.ptx"), compiled.PTXAssembly);
    }
    Console.WriteLine($"{network}: {program.Kernels.Count} kernels, {done.Count} methods, {clock.Elapsed.TotalSeconds:f1} s");
}
return 0;
