// runs/<verb>/<name>/ — config.json, environment.txt, log.csv, curve.svg, confusion.csv, weights/{best,last}.safetensors, vis/
using Fcn.Files;
using Fcn.Metrics;

namespace Fcn.Training;

/// <summary>The folder of one run: where everything it leaves behind has its place.</summary>
public sealed class RunFolder : IDisposable
{
    const string ConfigName = "config.json", EnvironmentName = "environment.txt";

    TrainingLog? log;

    RunFolder(string path) => Folder = path;

    /// <summary>Makes the folder of a new run; where the name is taken, <c>name-2</c>, <c>name-3</c> and so on.</summary>
    /// <param name="root">Folder of all runs, such as <c>runs</c>.</param>
    /// <param name="verb">What is done: train, val, predict, demo.</param>
    /// <param name="name">Name of the run.</param>
    /// <exception cref="FcnException">The name cannot be a folder's, or the folder cannot be made.</exception>
    public static RunFolder Create(string root, string verb, string name)
    {
        if (name.Length == 0 || name is "." or ".." || name.AsSpan().IndexOfAny("/\\:*?\"<>|") >= 0 || name.Any(char.IsControl))
            throw new FcnException($"'{name}' cannot name a run: it becomes a folder's name, so no / \\ : * ? \" < > | and no empty name.");
        string parent = Path.Combine(root, verb);
        try
        {
            Directory.CreateDirectory(parent);
            for (int copy = 1; ; copy++)
            {
                string path = Path.Combine(parent, copy == 1 ? name : $"{name}-{copy}");
                if (Path.Exists(path)) continue;
                Directory.CreateDirectory(path);
                return new RunFolder(path);
            }
        }
        catch (Exception e) when (FileError.IsOne(e))
        {
            throw FileError.Writing(parent, e);
        }
    }

    /// <summary>Opens the folder of a run to continue it.</summary>
    /// <exception cref="FcnException">There is no such folder.</exception>
    public static RunFolder Open(string path) => Directory.Exists(path)
        ? new RunFolder(path)
        : throw new FcnException($"There is no run '{path}'. Give the folder that holds its config.json, such as runs/train/name.");

    /// <summary>Whether a folder is that of a run: what lies in it was made here.</summary>
    public static bool IsOne(string path) =>
        File.Exists(Path.Combine(path, ConfigName)) && File.Exists(Path.Combine(path, EnvironmentName));

    /// <summary>The folder itself.</summary>
    public string Folder { get; }

    /// <summary>The resolved settings: config.json.</summary>
    public string Config => Path.Combine(Folder, ConfigName);

    /// <summary>The last checkpoint, complete with momentum: weights/last.safetensors. Resume from here.</summary>
    public string Last => Path.Combine(Folder, "weights", "last.safetensors");

    /// <summary>The weights with the highest mean IU on the validation set: weights/best.safetensors.</summary>
    public string Best => Path.Combine(Folder, "weights", "best.safetensors");

    /// <summary>The curves as a picture: curve.svg.</summary>
    public string Curve => Path.Combine(Folder, "curve.svg");

    /// <summary>The confusion matrix of the last validation: confusion.csv.</summary>
    public string Confusion => Path.Combine(Folder, "confusion.csv");

    /// <summary>Where the run ran: environment.txt.</summary>
    public string EnvironmentFile => Path.Combine(Folder, EnvironmentName);

    /// <summary>The log: log.csv. Opened when first asked for.</summary>
    /// <exception cref="FcnException">There is a file that is no log.</exception>
    public TrainingLog Log => log ??= new TrainingLog(Path.Combine(Folder, "log.csv"));

    /// <summary>Path of a picture in vis/; the folder is made if need be.</summary>
    /// <exception cref="FcnException">The folder cannot be made.</exception>
    public string Picture(string file) => FileIn("vis", file);

    /// <summary>Path of a file in a folder of the run's; the folder is made if need be.</summary>
    /// <param name="folder">Such as <c>masks</c>.</param>
    /// <param name="file">The file's name.</param>
    /// <exception cref="FcnException">The folder cannot be made.</exception>
    public string FileIn(string folder, string file) => Path.Combine(Made(folder), file);

    /// <summary>Writes config.json.</summary>
    /// <exception cref="FcnException">The file cannot be written.</exception>
    public void WriteConfig(string json) => AtomicFile.WriteText(Config, json.EndsWith('\n') ? json : json + "\n");

    /// <summary>Writes environment.txt.</summary>
    /// <exception cref="FcnException">The file cannot be written.</exception>
    public void WriteEnvironment(Engine engine) =>
        AtomicFile.WriteText(EnvironmentFile, string.Join('\n', RunEnvironment.Lines(engine)) + "\n");

    /// <summary>Draws the log's curves.</summary>
    /// <param name="title">Heading of the picture.</param>
    /// <exception cref="FcnException">The file cannot be written.</exception>
    public void WriteCurve(string title) => AtomicFile.WriteText(Curve, CurveSvg.Draw(title, Log.Rows));

    /// <summary>Writes the confusion matrix.</summary>
    /// <exception cref="FcnException">The file cannot be written.</exception>
    public void WriteConfusion(ConfusionMatrix matrix, IReadOnlyList<string> classNames) => matrix.SaveCsv(Confusion, classNames);

    /// <summary>Makes weights/ if need be.</summary>
    /// <exception cref="FcnException">The folder cannot be made.</exception>
    public void MakeWeights() => Made("weights");

    /// <summary>Disposes and removes the folder of a run that came to nothing.</summary>
    public void Discard()
    {
        Dispose();
        try
        {
            Directory.Delete(Folder, recursive: true);
        }
        catch (Exception e) when (FileError.IsOne(e))
        {
            // What cannot be removed stays: the error that ended the run is the one to tell.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => log?.Dispose();

    string Made(string folder)
    {
        string path = Path.Combine(Folder, folder);
        try
        {
            Directory.CreateDirectory(path);
            return path;
        }
        catch (Exception e) when (FileError.IsOne(e))
        {
            throw FileError.Writing(path, e);
        }
    }
}
