// What the card is, and what the driver's assembler made of every kernel of the networks: registers, local memory, blocks per
// multiprocessor.
using System.Text.Json.Nodes;
using Fcn.Devices.Cuda;

namespace Fcn.GpuCheck;

static class CardPart
{
    public static void Run(Findings findings, OpenCard card, Settings settings, Deadline deadline)
    {
        var (free, total) = card.Driver.Memory();
        findings.Fact("card", card.Name);
        findings.Fact("capability", card.Capability);
        findings.Fact("processors", card.Processors);
        findings.Fact("driver_cuda", CudaSearch.Words(card.Driver.Version));
        findings.Fact("memory_gb", Findings.Round(total / 1e9));
        findings.Fact("memory_free_gb", Findings.Round(free / 1e9));
        findings.Fact("system", System.Runtime.InteropServices.RuntimeInformation.OSDescription);
        findings.Fact("cores", Environment.ProcessorCount);
        foreach (Subject subject in Subject.Of(settings))
        {
            CudaProgram program = Program(subject);
            foreach (CudaPrecision precision in Enum.GetValues<CudaPrecision>())
            {
                if (program.Variant(precision, card.Capability) is not { } variant)
                {
                    findings.NotRun($"{subject.Name} in {Words(precision)}", $"sm_{card.Capability} has no kernels for it");
                    continue;
                }
                if (deadline.IsOver)
                {
                    findings.NotRun($"kernels of {subject.Name} in {Words(precision)}", deadline.Why);
                    continue;
                }
                using CudaDevice device = card.Device(precision);
                long before = Environment.TickCount64;
                var kernels = new JsonArray();
                foreach (var (kernel, facts) in variant.Kernels.Zip(device.Load(program, variant)))
                {
                    kernels.Add((JsonNode)new JsonObject
                    {
                        ["kernel"] = kernel.Name, ["threads"] = kernel.Threads, ["registers"] = facts.Registers,
                        ["shared_bytes"] = kernel.SharedBytes + facts.StaticSharedBytes, ["local_bytes"] = facts.LocalBytes,
                        ["blocks_per_processor"] = facts.BlocksPerProcessor,
                    });
                    if (facts.LocalBytes > 0)
                        findings.Check($"local bytes of {subject.Name} {kernel.Name}", Words(precision), facts.LocalBytes, 0);
                }
                string of = $"{subject.Name}, {Words(precision)}";
                Console.WriteLine($"{of}: {kernels.Count} kernels in {Environment.TickCount64 - before} ms");
                findings.Row(new JsonObject { ["network"] = subject.Name, ["precision"] = Words(precision), ["kernels"] = kernels }, print: false);
                findings.Fact($"load_{subject.Name}_{Words(precision)}_ms", Environment.TickCount64 - before);
            }
        }
    }

    public static CudaProgram Program(Subject subject) =>
        subject.Code().Cuda ?? throw new FcnException($"{subject.Name} was built without CUDA kernels.");

    public static string Words(CudaPrecision precision) => precision.ToString().ToLowerInvariant();
}
