// What --weights and --network name → a network with its weights on a device.
using Fcn.Cli.Settings;
using Fcn.Devices;
using Fcn.Weights;

namespace Fcn.Cli;

static class WeightSource
{
    /// The entry of --network, or of the network that the weights say they belong to.
    public static CatalogEntry FindNetwork(NetworkCatalog networks, PhotographConfig config, string weights)
    {
        if (config.Network.Length > 0) return networks.Find(config.Network);
        using SafetensorsReader file = SafetensorsReader.Open(weights);
        string? named = WeightFile.NetworkOf(file);
        if (named is not null && networks.TryFind(named) is { } entry) return entry;
        string says = named is null ? "does not say which network it is for" : $"is for the network '{named}', which is not here";
        string advice = Advice(networks, file, config.StripPrefix)
            ?? $"Its tensors fit none of the networks here: {string.Join(", ", networks.Select(static e => e.Name))}.";
        throw new FcnException($"'{weights}' {says}: give --network. {advice}");
    }

    /// The file itself, or the best weights of a run's folder, or its last.
    public static string FindFile(string path)
    {
        if (path.Length == 0) throw new FcnException("Give the weights: --weights FILE, or the folder of a run such as runs/train/name.");
        if (!Directory.Exists(path)) return path;
        string run = RunOf(path);
        string[] files = [Path.Combine(run, "weights", "best.safetensors"), Path.Combine(run, "weights", "last.safetensors")];
        return Array.Find(files, File.Exists)
            ?? throw new FcnException($"'{path}' is no folder of a run: it has no weights/best.safetensors or last.safetensors.");
    }

    /// The folder of a run: what was given, or what its weights/ or a file of it lies in.
    public static string RunOf(string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (File.Exists(full)) full = Path.GetDirectoryName(full)!;
        bool isWithin = Path.GetFileName(full) == "weights" && !File.Exists(Path.Combine(full, "config.json"));
        if (isWithin) full = Path.GetDirectoryName(full)!;
        return Path.IsPathRooted(path) ? full : Path.GetRelativePath(Environment.CurrentDirectory, full);
    }

    public static Network Open(Session session, CatalogEntry entry, Device device, string weights, string prefix)
    {
        Network network = entry.Open(device);
        try
        {
            foreach (string note in network.Load(weights, prefix).Notes) session.Terminal.Warning(note);
            return network;
        }
        catch (FcnException e)
        {
            network.Dispose();
            if (OthersThatFit(session.Networks, entry, weights, prefix) is { } others) throw new FcnException($"{e.Message}\n{others}", e);
            throw;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    static string? OthersThatFit(NetworkCatalog networks, CatalogEntry entry, string weights, string prefix)
    {
        try
        {
            using SafetensorsReader file = SafetensorsReader.Open(weights);
            return WeightFile.Fits(file, entry.Summary.Parameters, prefix) ? null : Advice(networks, file, prefix);
        }
        catch (FcnException)
        {
            // Then the weights cannot be read, and that is what is said already.
            return null;
        }
    }

    static string? Advice(NetworkCatalog networks, SafetensorsReader file, string prefix)
    {
        string[] fitting = [.. networks.Where(e => WeightFile.Fits(file, e.Summary.Parameters, prefix)).Select(static e => e.Name)];
        return fitting.Length == 0 ? null : $"Its tensors are those of {string.Join(" or ", fitting)} (--network {fitting[0]}).";
    }
}
