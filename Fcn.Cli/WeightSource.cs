// What --weights and --network name → a network with its weights on a device.
using Fcn.Cli.Settings;
using Fcn.Devices;
using Fcn.Weights;

namespace Fcn.Cli;

static class WeightSource
{
    /// The entry of --network, or of the network that the weights say they belong to.
    public static CatalogEntry FindNetwork(NetworkCatalog networks, RunConfig config, string weights)
    {
        if (config.Network.Length > 0) return networks.Find(config.Network);
        using SafetensorsReader file = SafetensorsReader.Open(weights);
        return networks.Find(file.Metadata.GetValueOrDefault("network") ?? file.Metadata.GetValueOrDefault("setting.network")
            ?? throw new FcnException($"'{weights}' does not say which network it is for: give --network. Networks here: " +
                $"{string.Join(", ", networks.Select(static e => e.Name))}."));
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

    public static Network Open(CatalogEntry entry, Device device, string weights)
    {
        Network network = entry.Open(device);
        try
        {
            network.Load(weights);
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }
}
