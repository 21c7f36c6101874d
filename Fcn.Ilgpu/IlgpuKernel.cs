// One kernel as ILGPU compiled it, and how to launch it with the arguments of a schedule. What a launch has to do is found out once and
// compiled into one delegate: nothing is looked up by name or type when it runs.
using System.Linq.Expressions;
using System.Reflection;
using ILGPU;
using ILGPU.Backends;
using ILGPU.Backends.EntryPoints;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace Fcn.Devices.Ilgpu;

internal sealed unsafe class IlgpuKernel
{
    private readonly Bound _launch;

    private readonly int _threads;
    private readonly SharedMemoryConfig _shared;

    private IlgpuKernel(string name, Bound launch, int threads, int dynamicBytes)
    {
        (Name, _launch, _threads) = (name, launch, threads);
        _shared = dynamicBytes == 0 ? SharedMemoryConfig.Empty : SharedMemoryConfig.RequestDynamic<byte>(dynamicBytes);
    }

    private delegate void Bound(AcceleratorStream stream, KernelConfig config, nint arguments);

    public string Name { get; }

    /// The part of ILGPU that compiles no other kernel after one that it refused. The accelerator is bound to this thread.
    public static CompiledKernel Compile(Accelerator accelerator, MethodInfo method, int threads) => accelerator.CompileKernel(
        EntryPointDescription.FromExplicitlyGroupedKernel(method), new KernelSpecialization(threads, null));

    /// <param name="accelerator">What it was compiled for; bound to this thread.</param>
    /// <param name="compiled">What <see cref="Compile"/> made of the method.</param>
    /// <param name="memory">What its addresses mean.</param>
    /// <param name="method">Its text.</param>
    /// <param name="name">For messages.</param>
    /// <param name="threads">Of a group.</param>
    /// <param name="dynamicBytes">Shared memory of a group that is not in the text.</param>
    public static IlgpuKernel Load(
        Accelerator accelerator, CompiledKernel compiled, IlgpuMemory memory, MethodInfo method, string name, int threads, int dynamicBytes)
    {
        Kernel kernel = accelerator.LoadKernel(compiled);
        if (kernel is CudaKernel cuda && dynamicBytes > 0) CudaLibrary.AllowSharedMemory(cuda, dynamicBytes);
        return new IlgpuKernel(name, Bind(kernel, method, memory), threads, dynamicBytes);
    }

    /// Arguments point to one value each.
    public void Launch(AcceleratorStream stream, int blocks, void** arguments) =>
        _launch(stream, new KernelConfig(blocks, _threads, _shared), (nint)arguments);

    // (stream, config, arguments) => launcher(stream, config, memory.View<float>(Number<ulong>(arguments, 0)), Number<int>(arguments, 1), …)
    private static Bound Bind(Kernel kernel, MethodInfo method, IlgpuMemory memory)
    {
        ParameterInfo[] parameters = method.GetParameters();
        Type type = Expression.GetDelegateType(
            [typeof(AcceleratorStream), typeof(KernelConfig), .. parameters.Select(static p => p.ParameterType), typeof(void)]);
        Delegate launcher = kernel.Launcher!.CreateDelegate(type, kernel);
        ParameterExpression stream = Expression.Parameter(typeof(AcceleratorStream)), config = Expression.Parameter(typeof(KernelConfig));
        ParameterExpression arguments = Expression.Parameter(typeof(nint));
        Expression[] values = [stream, config, .. parameters.Select((p, i) => Value(p, i, arguments, Expression.Constant(memory)))];
        return Expression.Lambda<Bound>(Expression.Invoke(Expression.Constant(launcher), values), stream, config, arguments).Compile();
    }

    private static Expression Value(ParameterInfo parameter, int index, Expression arguments, Expression memory)
    {
        Type type = parameter.ParameterType;
        bool isView = type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ArrayView<>);
        if (isView) return Expression.Call(memory, nameof(IlgpuMemory.View), type.GetGenericArguments(), Number(typeof(ulong)));
        return parameter.IsDefined(typeof(DeviceAddressAttribute), inherit: false)
            ? Expression.Call(memory, nameof(IlgpuMemory.Native), null, Number(typeof(ulong)))
            : Number(type);

        Expression Number(Type of) =>
            Expression.Call(typeof(IlgpuKernel), nameof(IlgpuKernel.Number), [of], arguments, Expression.Constant(index));
    }

    // In the low bytes of its 64 bits.
    private static T Number<T>(nint arguments, int index) where T : unmanaged => *(T*)((void**)arguments)[index];
}
