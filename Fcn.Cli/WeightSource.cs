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
        return networks.Find(WeightFile.NetworkOf(file)
            ?? throw new FcnException($"'{weights}' does not say which network it is for: give --network. Networks here: " +
                $"{string.Join(", ", networks.Select(static e => e.Name))}."));
    }

    /// The file itself, or the best weights of a run's folder, or its last.
    public static string FindFile(string path)
    {
        if (path.Length == 0) throw new FcnException("Give the weights: --weights FILE, or the folder of a run such as runs/train/name.");
        if (!Directory.Exists(path)) return path;
        string[] files = [Path.Combine(path, "weights", "best.safetensors"), Path.Combine(path, "weights", "last.safetensors")];
        return Array.Find(files, File.Exists)
            ?? throw new FcnException($"'{path}' is no folder of a run: it has no weights/best.safetensors or last.safetensors.");
    }

    public static Network Open(Session session, CatalogEntry entry, Device device, string weights, string prefix)
    {
        Network network = entry.Open(device);
        try
        {
            foreach (string note in network.Load(weights, prefix).Notes) session.Terminal.Warning(note);
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }
}
