// The files that the compiler wrote in a build → kernels as text, by name. What is read is what was compiled: nothing is generated again
// (decision 0019).
using System.Reflection;
using Fcn.Cli;

namespace Fcn.Testing;

/// <summary>The generated kernels of one network as text: what snapshot tests verify.</summary>
/// <remarks>
/// The project that declares the network writes its generated files and tells their folder by an attribute of its assembly; build/Fcn.Testing.props and
/// build/Fcn.Testing.targets of this package see to both.
/// </remarks>
public sealed class GeneratedKernels
{
    /// <summary>Name of the assembly's metadata that tells the folder of its generated files.</summary>
    public const string MetadataKey = "Fcn.GeneratedFiles";

    private readonly GeneratedFiles files;
    private readonly Dictionary<KernelTarget, KernelTexts> read = [];

    private GeneratedKernels(GeneratedFiles files) => this.files = files;

    /// <summary>The kernels of a network, from the build that made its assembly.</summary>
    /// <typeparam name="TNetwork">A class with <see cref="FcnAttribute"/>.</typeparam>
    /// <exception cref="FcnException">
    /// The assembly does not tell where its generated files are, or they are gone; the message says what to set in the project.
    /// </exception>
    public static GeneratedKernels Of<TNetwork>() where TNetwork : Network => Of(typeof(TNetwork));

    /// <summary>The kernels of a network, from the build that made its assembly.</summary>
    /// <param name="network">A class with <see cref="FcnAttribute"/>.</param>
    /// <exception cref="FcnException">
    /// The assembly does not tell where its generated files are, or they are gone; the message says what to set in the project.
    /// </exception>
    public static GeneratedKernels Of(Type network)
    {
        string assembly = network.Assembly.GetName().Name!;
        string folder = network.Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(static a => a.Key == MetadataKey)?.Value
            ?? throw new FcnException(
                $"{assembly} does not tell where its generated files are. In the project that declares {network.Name}, reference the package Fcn.Testing, "
                + "or import build/Fcn.Testing.props at its beginning and build/Fcn.Testing.targets at its end; EmitCompilerGeneratedFiles and "
                + "FcnTesting must not be false there.");
        return In(folder, network.FullName!);
    }

    /// <summary>The kernels of a network from files at hand, for builds that tell no folder.</summary>
    /// <param name="folder">What CompilerGeneratedFilesOutputPath was in the build, or a folder with the generated files themselves.</param>
    /// <param name="network">Full name of the network's class, such as <c>MyApp.Crossroads</c>.</param>
    /// <exception cref="FcnException">The folder has no generated file of this network.</exception>
    public static GeneratedKernels In(string folder, string network) => new(new GeneratedFiles(folder, network));

    /// <summary>
    /// The table at the head of the network's first file: one line per layer with channels, height as a formula of the input's height H, stride, field,
    /// learned values and crop, between a line on the input and a line with the sums.
    /// </summary>
    /// <exception cref="FcnException">The network was not compiled: its declaration has errors.</exception>
    public string LayerTable => files.LayerTable;

    /// <summary>Names of all kernels for a target, as <see cref="Text"/> takes them.</summary>
    /// <param name="target">What they were compiled to.</param>
    /// <returns>In the order in which they stand in the generated files: forward, then backward, then update; for PTX fp32 first, then by precision.</returns>
    /// <exception cref="FcnException">The network was not compiled for this target; the message says why and what to set.</exception>
    public IReadOnlyList<string> Names(KernelTarget target) => Read(target).Names;

    /// <summary>Names of the kernels that compute a layer, as <see cref="Text"/> takes them. Layers of one form share kernels.</summary>
    /// <param name="layer">A label of the network's schedules: a layer's name, or that of a gradient: <c>conv1.weight.gradient</c>.</param>
    /// <param name="target">What they were compiled to.</param>
    /// <returns>In the order of launches, each once; on GPUs of all precisions. What the runtime computes itself is left out.</returns>
    /// <exception cref="FcnException">No launch has this label (the message has all, and a near one), or there is no such target.</exception>
    public IReadOnlyList<string> Launched(string layer, KernelTarget target)
    {
        var texts = Read(target);
        var rows = LaunchRows.Read(files, target);
        if (rows.Contains(layer)) return [.. rows[layer].Where(kernel => texts.Find(kernel) is not null)];
        string[] labels = [.. rows.Select(static r => r.Key)];
        throw new FcnException($"{files.Network} launches nothing under '{layer}' for {target}.{Choice(layer, labels)}");
    }

    /// <summary>One kernel as it was compiled.</summary>
    /// <param name="kernel">Its name, such as <c>conv_bias_relu</c> on CPUs or <c>conv_bf16_128x128</c> on GPUs; <see cref="Launched"/> tells those of a layer.</param>
    /// <param name="target">What it was compiled to.</param>
    /// <returns>
    /// For C#, its comment, attributes and method at indentation 0; for PTX, the text that a module's header is put before. Lines end in \n, the last one in
    /// nothing. The tiles that a kernel on CPUs calls are not part of it.
    /// </returns>
    /// <exception cref="FcnException">There is no such kernel (the message has all names, and one that is near), or no such target.</exception>
    public string Text(string kernel, KernelTarget target)
    {
        var texts = Read(target);
        if (texts.Find(kernel) is { } text) return text;
        throw new FcnException($"{files.Network} has no kernel '{kernel}' for {target}.{Choice(kernel, texts.Names)}");
    }

    // The nearest name, and all.
    private static string Choice(string wanted, IReadOnlyList<string> names)
    {
        string near = Nearest.To(wanted, names.Select(static n => (n, n))) is { } name ? $" Did you mean '{name}'?" : "";
        return $"{near} All {names.Count}: {string.Join(", ", names)}.";
    }

    private KernelTexts Read(KernelTarget target)
    {
        if (!read.TryGetValue(target, out var texts)) read.Add(target, texts = KernelTexts.Read(files, target));
        return texts;
    }
}
