// fcn info: the layer table of a network and what it costs at a size, for people or as JSON.
using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Fcn.Cli.Output;
using Fcn.Cli.Settings;
using Fcn.Data;
using Fcn.Devices;
using Spectre.Console;

namespace Fcn.Cli.Verbs;

static class InfoVerb
{
    public static Command Command(Session session)
    {
        var command = new Command("info",
            "Show a network: layers, parameters, receptive field, crops, operations and memory. Without a name: all of them.");
        Argument<string?> name = Usage.Optional("network", "which network");
        var size = new Option<string>("--size")
        {
            Description = "size of the image for operations and memory", HelpName = "WxH", DefaultValueFactory = static _ => "500x500",
        };
        var json = new Option<bool>("--json") { Description = "as JSON" };
        command.Add(name);
        command.Add(size);
        command.Add(json);
        InfoKernels kernels = InfoKernels.AddTo(command);
        command.SetAction(parsed =>
        {
            PixelSize at = ConfigOptions<RunConfig>.ReadSize("--size", parsed.GetValue(size)!);
            bool ofKernels = kernels.Wanted(parsed);
            if (parsed.GetValue(name) is not { } wanted)
                return ofKernels ? throw new UsageException("Kernels are of one network: name it.") : List(session, parsed.GetValue(json));
            CatalogEntry entry = session.Networks.Find(wanted);
            if (ofKernels) return kernels.Run(session.Terminal, entry, parsed, parsed.GetValue(json));
            MemoryCost memory = MemoryCost.Of(entry, at);
            if (parsed.GetValue(json)) session.Terminal.Line(JsonText.Of(Json(entry, at, memory)));
            else Show(session.Terminal, entry, at, memory);
            return 0;
        });
        return command;
    }

    static int List(Session session, bool json)
    {
        if (json)
        {
            var all = new JsonArray([.. session.Networks.Select(static e => new JsonObject
            {
                ["network"] = e.Name,
                ["class"] = e.Summary.Name,
                ["classes"] = e.Summary.Classes,
                ["parameters"] = e.Summary.ParameterCount,
            })]);
            session.Terminal.Line(JsonText.Of(new JsonObject { ["networks"] = all }));
            return 0;
        }
        Table table = Tables.New("network", "classes", "parameters", "field", "stride");
        foreach (CatalogEntry entry in session.Networks)
        {
            NetworkSummary n = entry.Summary;
            table.AddRow(entry.Name, Text(n.Classes), Tables.Count(n.ParameterCount), Text(n.ReceptiveField), Text(n.Stride));
        }
        session.Terminal.Show(table);
        return 0;
    }

    static void Show(Terminal terminal, CatalogEntry entry, PixelSize at, MemoryCost memory)
    {
        NetworkSummary network = entry.Summary;
        Table table = Tables.New("layer", "channels", "height", $"at {at}", "stride", "field", "parameters", "crop", "GFLOP");
        foreach (LayerSummary layer in network.Layers)
        {
            double flop = Cost.Flop(layer, at.Height, at.Width);
            table.AddRow(
                Markup.Escape(layer.Name), Text(layer.Channels), Markup.Escape(layer.Height),
                $"{layer.Size(at.Width)}x{layer.Size(at.Height)}", Text(layer.Stride), Text(layer.Field),
                layer.Parameters == 0 ? "" : Tables.Count(layer.Parameters), Text(layer.Crop),
                flop == 0 ? "" : Gflop(flop));
        }
        terminal.Line($"{network.Name}: {Heads(network)} from {Inputs(network)}");
        terminal.Show(table);
        terminal.Line(
            $"{Tables.Count(network.ParameterCount)} parameters, receptive field {network.ReceptiveField}, stride {network.Stride}");
        if (network.Crops.Count > 0) terminal.Line("crops: " + string.Join(", ", network.Crops.Select(static c => $"{c.Key} {c.Value}")));
        terminal.Line($"kernels for {string.Join(", ", Devices(entry))}");
        terminal.Line($"at {at}: {Gflop(Cost.Flop(network, at.Height, at.Width))} GFLOP");
        terminal.Line($"memory to segment: {Memory(memory.Parameters, "parameters", memory.Cpu?.Segment)}");
        terminal.Line($"memory to train:   {Memory(3 * memory.Parameters, "parameters, gradients, momentum", memory.Cpu?.Training)}");
        if (memory.Gpu is { } gpu)
        {
            terminal.Line($"on a GPU in fp32:  {Tables.Bytes(memory.Parameters + gpu.Segment)} to segment, " +
                $"{Tables.Bytes(3 * memory.Parameters + gpu.Training)} to train ({MemoryCost.Processors} multiprocessors)");
        }
    }

    static string Memory(long held, string what, long? working) => working is null
        ? Tables.Bytes(null) : $"{Tables.Bytes(held + working)} ({Tables.Bytes(held)} {what}, {Tables.Bytes(working)} working)";

    // Kinds of devices, as --device names them, that the network was compiled for.
    static IEnumerable<string> Devices(CatalogEntry entry)
    {
        NetworkCode code = entry.Code();
        if (code.Cpu is not null) yield return DeviceKind.Cpu.Name;
        if (code.Nvidia is not null) yield return DeviceKind.Cuda.Name;
        if (code.Ilgpu is not null) yield return DeviceKind.Ilgpu.Name;
    }

    static JsonObject Json(CatalogEntry entry, PixelSize at, MemoryCost memory)
    {
        NetworkSummary network = entry.Summary;
        return new JsonObject
        {
            ["network"] = entry.Name,
            ["class"] = network.Name,
            ["classes"] = network.Classes,
            ["input"] = new JsonObject
            {
                ["channels"] = network.Input.Channels, ["order"] = network.Input.Order.ToString().ToLowerInvariant(),
                ["mean"] = new JsonArray([.. network.Input.Mean.Select(static m => (JsonNode)m)]), ["scale"] = network.Input.Scale,
            },
            ["inputs"] = new JsonArray([.. network.Inputs.Select(static i => (JsonNode)i.Name)]),
            ["heads"] = new JsonArray([.. network.Heads.Select(static h =>
                new JsonObject { ["name"] = h.Name, ["classes"] = h.Classes, ["lossWeight"] = h.LossWeight })]),
            ["parameters"] = network.ParameterCount,
            ["receptiveField"] = network.ReceptiveField,
            ["stride"] = network.Stride,
            ["crops"] = new JsonObject(network.Crops.Select(static c => KeyValuePair.Create(c.Key, (JsonNode?)c.Value))),
            ["devices"] = new JsonArray([.. Devices(entry).Select(static d => (JsonNode)d)]),
            ["size"] = at.ToString(),
            ["gflop"] = Math.Round(Cost.Flop(network, at.Height, at.Width) / 1e9, 3),
            ["parameterBytes"] = memory.Parameters,
            ["segmentBytes"] = memory.Parameters + memory.Cpu?.Segment,
            ["trainBytes"] = 3 * memory.Parameters + memory.Cpu?.Training,
            ["gpuSegmentBytes"] = memory.Parameters + memory.Gpu?.Segment,
            ["gpuTrainBytes"] = 3 * memory.Parameters + memory.Gpu?.Training,
            ["layers"] = new JsonArray([.. network.Layers.Select(layer => Json(layer, at))]),
        };
    }

    static JsonObject Json(LayerSummary layer, PixelSize at) => new()
    {
        ["name"] = layer.Name,
        ["kind"] = layer.Kind,
        ["channels"] = layer.Channels,
        ["width"] = layer.Size(at.Width),
        ["height"] = layer.Size(at.Height),
        ["heightFormula"] = layer.Height,
        ["stride"] = layer.Stride,
        ["field"] = layer.Field,
        ["parameters"] = layer.Parameters,
        ["crop"] = layer.Crop,
        ["gflop"] = Math.Round(Cost.Flop(layer, at.Height, at.Width) / 1e9, 6),
    };

    static string Heads(NetworkSummary network) => network.Heads.Count == 1
        ? $"{network.Classes} classes"
        : string.Join(" and ", network.Heads.Select(static h => $"{h.Classes} classes ({h.Name})"));

    static string Inputs(NetworkSummary network) =>
        string.Join(", and ", network.Inputs.Select(static (input, i) => i == 0 ? Input(input) : $"{input.Name}: {Input(input)}"));

    static string Input(InputSummary input)
    {
        string mean = input.Mean.Count == 0 ? "" : $", mean {string.Join(' ', input.Mean.Select(Real))} subtracted";
        string scale = input.Scale == 1 ? "" : $", times {Real(input.Scale)}";
        return (input.Channels == 3 ? input.Order.ToString().ToUpperInvariant() : $"{input.Channels} channels") + mean + scale;
    }

    static string Gflop(double flop) => (flop / 1e9).ToString(flop < 1e9 ? "0.0000" : "0.00", CultureInfo.InvariantCulture);

    static string Text(int? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "";

    static string Real(float number) => number.ToString("G7", CultureInfo.InvariantCulture);
}
