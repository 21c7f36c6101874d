// fcn info --kernels and --ptx: the GPU kernels of a network, what the driver made of them, and their text.
using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Fcn.Cli.Output;
using Fcn.Devices.Cuda;
using Spectre.Console;

namespace Fcn.Cli.Verbs;

sealed class InfoKernels
{
    readonly Option<bool> list = new("--kernels") { Description = "the kernels for GPUs; with a GPU, their registers too" };
    readonly Option<string?> ptx = new("--ptx") { Description = "the text of one of them", HelpName = "kernel" };
    readonly Option<string?> precision = new("--precision")
    {
        Description = "of --kernels and --ptx: only these", HelpName = "fp32|tf32|bf16",
    };

    public static InfoKernels AddTo(Command command)
    {
        var options = new InfoKernels();
        command.Add(options.list);
        command.Add(options.ptx);
        command.Add(options.precision);
        return options;
    }

    public bool Wanted(ParseResult parsed) =>
        parsed.GetValue(list) || parsed.GetValue(ptx) is not null || parsed.GetValue(precision) is not null;

    public int Run(Terminal terminal, CatalogEntry entry, ParseResult parsed, bool json)
    {
        CudaProgram program = entry.Code().Nvidia
            ?? throw new FcnException($"{entry.Name} was built without CUDA kernels. Build it with a generator that emits them.");
        CudaVariant[] variants = [.. program.Variants.Where(Only(parsed.GetValue(precision)))];
        if (variants.Length == 0) throw new FcnException($"{entry.Name} has no kernels of this precision.");
        if (parsed.GetValue(ptx) is { } kernel)
        {
            string text = Text(program, variants, entry.Name, kernel);
            terminal.Line(json ? JsonText.Of(new JsonObject { ["kernel"] = kernel, ["ptx"] = text }) : text.TrimEnd('\n'));
            return 0;
        }
        CudaFinding found = CudaDevice.Find();
        Row[] rows = [.. variants.SelectMany(v => Rows(program, v, found))];
        if (json) terminal.Line(JsonText.Of(Json(entry, found, rows)));
        else Show(terminal, entry, found, rows);
        return 0;
    }

    static Func<CudaVariant, bool> Only(string? wanted)
    {
        if (wanted is null) return static _ => true;
        return Enum.TryParse(wanted, ignoreCase: true, out CudaPrecision precision) && !char.IsAsciiDigit(wanted[0])
            ? v => v.Precision == precision
            : throw new UsageException($"--precision {wanted}: expected fp32 or tf32 or bf16.");
    }

    // As the driver gets it on a card of the variant's own level.
    static string Text(CudaProgram program, CudaVariant[] variants, string network, string name)
    {
        foreach (CudaVariant variant in variants)
        {
            if (variant.Kernels.FirstOrDefault(k => k.Name == name) is not { } kernel) continue;
            CudaTarget target = program.Targets.Where(t => t.Capability >= variant.Capability).MinBy(static t => t.Capability)!;
            return Encoding.UTF8.GetString(target.Header()) + Encoding.UTF8.GetString(kernel.Text());
        }
        string[] names = [.. variants.SelectMany(static v => v.Kernels).Select(static k => k.Name).Distinct()];
        string near = Nearest.To(name, names.Select(static n => (n, n))) is { } other ? $" Did you mean {other}?" : "";
        throw new FcnException($"{network} has no kernel '{name}'.{near} fcn info {network} --kernels lists all {names.Length}.");
    }

    // Facts come from a card that takes this variant and not a higher one of the same precision.
    static IEnumerable<Row> Rows(CudaProgram program, CudaVariant variant, CudaFinding found)
    {
        IReadOnlyList<CudaKernelFacts>? facts = null;
        if (found.Ordinal is { } ordinal)
        {
            using var device = new CudaDevice(ordinal, variant.Precision);
            if (program.Variant(variant.Precision, device.Capability) == variant) facts = device.Load(program, variant);
        }
        return variant.Kernels.Select((k, i) => new Row(variant, k, facts?[i]));
    }

    static void Show(Terminal terminal, CatalogEntry entry, CudaFinding found, Row[] rows)
    {
        Table table = Tables.New("kernel", "precision", "level", "threads", "shared", "PTX", "registers", "local", "blocks/SM");
        foreach (Row row in rows)
        {
            table.AddRow(
                Markup.Escape(row.Kernel.Name), row.Precision, $"sm_{row.Variant.Capability}", Number(row.Kernel.Threads),
                Number(row.Shared), Number(row.Kernel.Text().Length), Number(row.Facts?.Registers), Number(row.Facts?.LocalBytes),
                Number(row.Facts?.BlocksPerProcessor));
        }
        terminal.Line($"{entry.Name}: {rows.Length} kernels for GPUs; shared memory, PTX and local memory in bytes");
        terminal.Show(table);
        const string Loaded = "Registers, local memory and blocks per multiprocessor";
        terminal.Line(found.Ordinal is null ? $"{Loaded} are not known, because {found.Words}." : $"{Loaded}: {found.Words}.");
        string[] spilling = [.. rows.Where(static r => r.Facts?.LocalBytes > 0).Select(static r => $"{r.Kernel.Name} ({r.Precision})")];
        if (spilling.Length > 0) terminal.Line($"Use slow local memory beside their registers: {string.Join(", ", spilling)}.");
    }

    static JsonObject Json(CatalogEntry entry, CudaFinding found, Row[] rows) => new()
    {
        ["network"] = entry.Name,
        ["gpu"] = found.Ordinal is null ? null : found.Words,
        ["kernels"] = new JsonArray([.. rows.Select(static row => new JsonObject
        {
            ["name"] = row.Kernel.Name,
            ["precision"] = row.Precision,
            ["level"] = row.Variant.Capability,
            ["threads"] = row.Kernel.Threads,
            ["sharedBytes"] = row.Shared,
            ["ptxBytes"] = row.Kernel.Text().Length,
            ["registers"] = row.Facts?.Registers,
            ["localBytes"] = row.Facts?.LocalBytes,
            ["blocksPerProcessor"] = row.Facts?.BlocksPerProcessor,
        })]),
    };

    static string Number(int? number) => number?.ToString("#,0", CultureInfo.InvariantCulture).Replace(',', ' ') ?? "–";

    sealed record Row(CudaVariant Variant, CudaKernel Kernel, CudaKernelFacts? Facts)
    {
        public string Precision => Variant.Precision.ToString().ToLowerInvariant();

        public int Shared => Kernel.SharedBytes + (Facts?.StaticSharedBytes ?? 0);
    }
}
