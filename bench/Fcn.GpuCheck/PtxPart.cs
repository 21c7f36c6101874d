// Every module of the networks as text for an assembler outside: FOLDER/NETWORK_PRECISION_LEVEL.ptx, and how the kernels are launched in
// modules.json. Needs no card.
using System.Text;
using System.Text.Json.Nodes;
using Fcn.Devices.Cuda;

namespace Fcn.GpuCheck;

static class PtxPart
{
    public static void Run(Settings settings)
    {
        var modules = new JsonArray();
        foreach (Subject subject in Subject.Of(settings).Concat(Subject.Small(settings)).DistinctBy(static s => s.Name))
        {
            CudaProgram program = CardPart.Program(subject);
            foreach (CudaVariant variant in program.Variants)
            {
                foreach (CudaTarget target in program.Targets.Where(t => IsChosen(program, variant, t)))
                {
                    string precision = CardPart.Words(variant.Precision);
                    string name = FormattableString.Invariant($"{subject.Name}_{precision}_sm{target.Capability}.ptx");
                    var text = new StringBuilder(Encoding.UTF8.GetString(target.Header()));
                    foreach (CudaKernel kernel in variant.Kernels) text.Append('\n').Append(Encoding.UTF8.GetString(kernel.Text()));
                    Findings.Write(Path.Combine(settings.Out, name), text.ToString());
                    modules.Add((JsonNode)new JsonObject
                    {
                        ["file"] = name, ["network"] = subject.Name, ["precision"] = precision, ["target"] = target.Capability,
                        ["kernels"] = new JsonArray([.. variant.Kernels.Select(static k => (JsonNode)new JsonObject
                        {
                            ["name"] = k.Name, ["threads"] = k.Threads, ["shared_bytes"] = k.SharedBytes,
                        })]),
                    });
                }
            }
        }
        Findings.Write(Path.Combine(settings.Out, "modules.json"), modules.ToJsonString() + "\n");
        Console.WriteLine($"{modules.Count} modules in {settings.Out}");
    }

    // A card of this level runs this variant, and none above it.
    static bool IsChosen(CudaProgram program, CudaVariant variant, CudaTarget target) =>
        program.Variant(variant.Precision, target.Capability) == variant;
}
