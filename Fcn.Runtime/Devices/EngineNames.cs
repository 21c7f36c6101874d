namespace Fcn.Devices;

// Names by which schedules know what the engine gives for every input and head, made once; the generator's are in EngineField.
internal sealed class EngineNames(NetworkSummary network)
{
    /// In the order of the network's inputs.
    public string[] Images { get; } = [.. network.Inputs.Select(static i => $"@{i.Name}")];

    /// In the order of the network's heads, as are the others.
    public string[] Labels { get; } = [.. network.Heads.Select(static h => $"@labels.{h.Name}")];

    public string[] Scores { get; } = [.. network.Heads.Select(static h => $"@scores.{h.Name}")];

    public string[] Losses { get; } = [.. network.Heads.Select(static h => $"@loss.{h.Name}")];
}
