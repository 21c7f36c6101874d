// log.csv of a run: one header, one row every few iterations, appended while training goes on.
using System.Text;
using Fcn.Files;

namespace Fcn.Training;

/// <summary>A run's log as a file that grows. After a crash no row up to the last checkpoint is lost: rows reach the disk first.</summary>
public sealed class TrainingLog : IDisposable
{
    const long MaxBytes = 1 << 28;

    readonly List<LogRow> rows = [];
    readonly string path;
    FileStream? file;

    /// <summary>Opens a log; a missing file is made by the first row. A last line that a crash cut short is dropped.</summary>
    /// <exception cref="FcnException">The file cannot be read or is no log.</exception>
    public TrainingLog(string path)
    {
        this.path = path;
        if (File.Exists(path)) Read();
    }

    /// <summary>All rows, oldest first.</summary>
    public IReadOnlyList<LogRow> Rows => rows;

    /// <summary>Adds a row; it is handed to the operating system at once.</summary>
    /// <exception cref="FcnException">The file cannot be written.</exception>
    public void Append(in LogRow row)
    {
        try
        {
            Open().Write(Encoding.UTF8.GetBytes(row.ToCsv() + "\n"));
        }
        catch (Exception e) when (FileError.IsOne(e))
        {
            throw FileError.Writing(path, e);
        }
        rows.Add(row);
    }

    /// <summary>Drops the rows after an iteration: a run that is resumed there writes them again.</summary>
    /// <exception cref="FcnException">The file cannot be written.</exception>
    public void Rewind(long iteration)
    {
        file?.Dispose();
        file = null;
        rows.RemoveAll(row => row.Iteration > iteration);
        AtomicFile.WriteText(path, string.Concat(rows.Select(static row => row.ToCsv() + "\n").Prepend(LogRow.Header + "\n")));
    }

    /// <summary>Waits until all rows are on the disk.</summary>
    /// <exception cref="FcnException">The file cannot be written.</exception>
    public void Flush()
    {
        try
        {
            file?.Flush(flushToDisk: true);
        }
        catch (Exception e) when (FileError.IsOne(e))
        {
            throw FileError.Writing(path, e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => file?.Dispose();

    // Appending after Rewind or the first time; FileShare.Read lets spreadsheets and tail look on.
    FileStream Open()
    {
        if (file is not null) return file;
        // Without a buffer: what could not be written is not tried again, and so told twice, when the file is closed.
        file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 0);
        file.Seek(0, SeekOrigin.End);
        if (file.Length == 0) file.Write(Encoding.UTF8.GetBytes(LogRow.Header + "\n"));
        return file;
    }

    void Read()
    {
        // A spreadsheet that saved the file may have put a byte order mark before it and ended its lines with \r\n.
        string text = Encoding.UTF8.GetString(InputFile.ReadAll(path, MaxBytes)).TrimStart('\uFEFF');
        string[] lines = text.Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n');
        // What stands behind the last line break is a line that was cut short, or nothing.
        for (int i = 0; i < lines.Length - 1; i++)
        {
            if (i == 0 && lines[0].Replace(';', ',') == LogRow.Header) continue;
            // An editor may have left an empty one at the end.
            if (string.IsNullOrWhiteSpace(lines[i])) continue;
            rows.Add(LogRow.Parse(lines[i]) is { } row && i > 0
                ? row
                : throw new FcnException(
                    $"{path}, line {i + 1}: '{lines[i]}' is no line of a training log. Move the file away to resume without it."));
        }
        if (lines[^1].Length > 0) Rewind(long.MaxValue);
    }
}
