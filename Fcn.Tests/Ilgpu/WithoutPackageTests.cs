using System.Reflection;
using System.Runtime.Loader;
using Xunit;

namespace Fcn.Tests.Ilgpu;

// Fcn.Models has kernels for ILGPU; whoever runs its networks elsewhere need not have ILGPU.
public sealed class WithoutPackageTests
{
    [Fact]
    public void NetworksWithKernelsForIlgpuRunWithoutIt()
    {
        var context = new LoadContext();
        try
        {
            Type type = context.LoadFromAssemblyName(new AssemblyName("Fcn.Models")).GetType("Fcn.Models.FcnDemo")!;
            using (var network = (IDisposable)Activator.CreateInstance(type, [null])!)
                Assert.StartsWith("cpu (", (string)Get(Get(network, "Engine"), "Device"));
            Assert.Empty(context.Refused);
            object code = type.GetMethod("Code")!.Invoke(null, [])!;
            object program = Get(code, "Ilgpu");
            Assert.Throws<TargetInvocationException>(() => Get(program, "Kernels"));
            Assert.Contains("ILGPU", context.Refused);
        }
        finally
        {
            context.Unload();
        }
    }

    private static object Get(object of, string property) => of.GetType().GetProperty(property)!.GetValue(of)!;

    // The assemblies of this project once more, and no ILGPU among them.
    private sealed class LoadContext() : AssemblyLoadContext(nameof(WithoutPackageTests), isCollectible: true)
    {
        public List<string> Refused { get; } = [];

        protected override Assembly? Load(AssemblyName name)
        {
            if (name.Name == "ILGPU")
            {
                Refused.Add(name.Name);
                throw new FileNotFoundException("No ILGPU here.");
            }
            string path = Path.Combine(AppContext.BaseDirectory, $"{name.Name}.dll");
            return name.Name!.StartsWith("Fcn.", StringComparison.Ordinal) ? LoadFromAssemblyPath(path) : null;
        }
    }
}
