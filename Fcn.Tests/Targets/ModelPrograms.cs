using System.Reflection;
using System.Text;
using Fcn.Devices.Cuda;
using Fcn.Models;

namespace Fcn.Tests.Targets;

/// <summary>One kernel of one variant of one network, as the assembly holds it.</summary>
internal sealed record ModelKernel(string Network, CudaVariant Variant, CudaKernel Kernel, string Text)
{
    /// <summary>Behind the entry's name.</summary>
    public string Code => Text[Text.IndexOf('(', Text.IndexOf(".entry", StringComparison.Ordinal))..];

    /// <summary>Computes with matrix units, or is its counterpart without.</summary>
    public bool Contracts => Text.Contains("mma.sync", StringComparison.Ordinal);
}

/// <summary>The GPU programs that the generator put into Fcn.Models.</summary>
internal static class ModelPrograms
{
    public static IReadOnlyList<(string Network, CudaProgram Program)> All { get; } =
    [
        .. typeof(Fcn8s).Assembly.GetTypes().Where(static t => typeof(Network).IsAssignableFrom(t) && !t.IsAbstract).OrderBy(static t => t.Name, StringComparer.Ordinal)
            .Select(static t => (t.Name, (CudaProgram)t.Assembly.GetType($"Fcn.Generated.Networks.{t.FullName}.Cuda")!.GetProperty("Program", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!)),
    ];

    public static IEnumerable<ModelKernel> Kernels =>
        from network in All
        from variant in network.Program.Variants
        from kernel in variant.Kernels
        select new ModelKernel(network.Network, variant, kernel, Encoding.UTF8.GetString(kernel.Text()));

    /// <summary>What a module for a card of this capability begins with.</summary>
    public static string Header(int capability) => Encoding.UTF8.GetString(All[0].Program.Targets.Single(t => t.Capability == capability).Header());
}
