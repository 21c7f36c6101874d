// runs/<verb>/<name>/ — config.json, environment.txt, log.csv, curve.svg, confusion.csv, weights/{best,last}.safetensors, vis/;
// run.lock while a process writes there
using Fcn.Files;
using Fcn.Metrics;

namespace Fcn.Training;

/// <summary>The folder of one run: everything it leaves behind has its place there. No other process opens it meanwhile.</summary>
public sealed class RunFolder : IDisposable
{
    const string ConfigName = "config.json", EnvironmentName = "environment.txt";
    const long SmallFiles = 1 << 20;

    readonly FileStream claim;
    readonly string[] made;
    TrainingLog? log;

    // made: the folders that were made for it, itself first, then what is around it.
    RunFolder(string path, FileStream claim, params string[] made) => (Folder, this.claim, this.made) = (path, claim, made);

    /// <summary>Makes the folder of a new run; where the name is taken, <c>name-2</c>, <c>name-3</c> and so on.</summary>
    /// <param name="root">Folder of all runs, such as <c>runs</c>.</param>
    /// <param name="verb">What is done: train, val, predict, demo.</param>
    /// <param name="name">Name of the run.</param>
    /// <exception cref="FcnException">The name cannot be a folder's, or the folder cannot be made.</exception>
    public static RunFolder Create(string root, string verb, string name)
    {
        if (name.Length == 0 || name is "." or ".." || name.AsSpan().IndexOfAny("/\\:*?\"<>|") >= 0 || name.Any(char.IsControl))
            throw new FcnException($"'{name}' cannot name a run: it becomes a folder's name, so no / \\ : * ? \" < > | and no empty name.");
        string parent = Path.Combine(root, verb), path = parent;
        try
        {
            string[] around = [.. Missing(parent)];
            Directory.CreateDirectory(parent);
            for (int copy = 1; ; copy++)
            {
                path = Path.Combine(parent, copy == 1 ? name : $"{name}-{copy}");
                if (Path.Exists(path)) continue;
                Directory.CreateDirectory(path);
                // Another process may have made the same folder in this moment; only one makes the file.
                if (TryClaim(path) is { } claim) return new RunFolder(path, claim, [path, .. around]);
            }
        }
        catch (Exception e) when (FileError.IsOne(e))
        {
            throw FileError.Writing(path, e);
        }
    }

    /// <summary>Opens the folder of a run to continue it.</summary>
    /// <exception cref="FcnException">There is no such folder, it cannot be written to, or another process writes there.</exception>
    public static RunFolder Open(string path)
    {
        if (!Directory.Exists(path))
            throw new FcnException($"There is no run '{path}'. Give the folder that holds its config.json, such as runs/train/name.");
        string file = LockOf(path);
        try
        {
            if (Pipe.IsOne(file)) throw new FcnException($"'{file}' is a pipe, and a run's lock is a file: remove it.");
            return new RunFolder(path, Claim(path, FileMode.OpenOrCreate));
        }
        catch (IOException e) when (FileError.IsInUse(e))
        {
            throw new FcnException($"Cannot open the run '{path}': another process is at work in it. Wait until it ends, or stop it.", e);
        }
        catch (Exception e) when (FileError.IsOne(e))
        {
            throw FileError.Writing(file, e);
        }
    }

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

    /// <summary>
    /// Proves that the run fits on the disk at its fullest: <see cref="Last"/>, the next checkpoint beside it, <see cref="Best"/>, and a
    /// mebibyte for what is small: log, curve, matrix and the headers of the weights.
    /// </summary>
    /// <param name="checkpoint">Bytes of a checkpoint.</param>
    /// <param name="best">Bytes of the best weights; 0 where there is no validation.</param>
    /// <exception cref="FcnException">One cannot be written, or they do not fit on the disk: the numbers are given.</exception>
    public void ReserveWeights(long checkpoint, long best) => AtomicFile.Reserve(
        (Curve, SmallFiles), (Best, File.Exists(Best) ? 0 : best), (Last, File.Exists(Last) ? checkpoint : 2 * checkpoint));

    /// <summary>Makes vis/ if need be and proves that pictures can be written there.</summary>
    /// <exception cref="FcnException">They cannot.</exception>
    public void ReservePictures() => AtomicFile.Reserve((Picture("picture.png"), 0));

    /// <summary>
    /// Disposes and removes the folder of a run that came to nothing, and those around it that are empty then, as far as
    /// <see cref="Create"/> made them; that of <see cref="Open"/> stays.
    /// </summary>
    public void Discard()
    {
        Dispose();
        try
        {
            // Around it, another run may have begun meanwhile: only what is empty goes.
            foreach (string folder in made) Directory.Delete(folder, recursive: folder == Folder);
        }
        catch (Exception e) when (FileError.IsOne(e))
        {
            // What cannot be removed stays: the error that ended the run is the one to tell.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        log?.Dispose();
        claim.Dispose();
    }

    static string LockOf(string folder) => Path.Combine(folder, "run.lock");

    // Null where another process was first.
    static FileStream? TryClaim(string folder)
    {
        try
        {
            return Claim(folder, FileMode.CreateNew);
        }
        catch (IOException) when (File.Exists(LockOf(folder)))
        {
            return null;
        }
    }

    // The system gives the file free when the process ends, however it ends.
    static FileStream Claim(string folder, FileMode mode) =>
        new(LockOf(folder), mode, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);

    // A folder that is not there, and those around it.
    static IEnumerable<string> Missing(string? folder)
    {
        for (; !string.IsNullOrEmpty(folder) && !Directory.Exists(folder); folder = Path.GetDirectoryName(folder)) yield return folder;
    }

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
