using Fcn.Tests.Data;

namespace Fcn.Tests.Cli;

/// <summary>A data set of three small scenes, and the place of a run named x that trains on it; gone when disposed.</summary>
sealed class SceneRun : IDisposable
{
    readonly TempFolder folder = new();

    public VocFolder Data { get; } = new VocFolder().AddScenes(3);

    public string Runs => this["runs"];

    public string Folder => Path.Combine(Runs, "train", "x");

    public string Last => Path.Combine(Folder, "weights", "last.safetensors");

    /// <summary>Where a file of the test's own may lie.</summary>
    public string this[string name] => folder[name];

    public void Dispose()
    {
        Data.Dispose();
        folder.Dispose();
    }
}
