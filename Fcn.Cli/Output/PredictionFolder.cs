// What fcn predict leaves: masks/, vis/, scores/, and index.csv, which says what became of every photograph.
using Fcn.Files;
using Fcn.Imaging;
using Fcn.Training;
using Fcn.Weights;

namespace Fcn.Cli.Output;

/// A run's folder while it is filled. When it is left without a mask it goes.
sealed class PredictionFolder(RunFolder run, CatalogEntry entry, OverlayOptions overlay) : IDisposable
{
    readonly List<Row> rows = [];

    public string Folder => run.Folder;

    /// Writes what was asked for and where it runs.
    public void Describe(string json, Engine engine)
    {
        run.WriteConfig(json);
        run.WriteEnvironment(engine);
    }

    public bool IsEmpty => !rows.Exists(static r => r.Mask.Length > 0);

    /// The row of the next photograph, to be filled by what follows.
    public Row Begin(string source)
    {
        rows.Add(new Row { Source = Path.GetFullPath(source) });
        return rows[^1];
    }

    public void Save(Row row, string name, Image photo, LabelMap labels)
    {
        labels.Save(run.FileIn("masks", name + ".png"), entry.Palette);
        row.Mask = $"masks/{name}.png";
        Overlay.Draw(photo, labels, entry.Palette, overlay).SavePng(run.Picture(name + ".png"));
        row.Overlay = $"vis/{name}.png";
    }

    /// (1, classes, height, width), before the softmax.
    public void Save(Row row, string name, Tensor scores)
    {
        var writer = new SafetensorsWriter();
        writer.Metadata["network"] = entry.Summary.Name;
        writer.Add("scores", scores.Shape, (Span<float> values) => scores.Data.CopyTo(values));
        writer.Save(run.FileIn("scores", name + ".safetensors"));
        row.Scores = $"scores/{name}.safetensors";
    }

    /// Says what became of every photograph.
    public void WriteIndex()
    {
        if (IsEmpty) return;
        AtomicFile.WriteText(Path.Combine(Folder, "index.csv"), string.Concat(rows.Select(static r => r.Text).Prepend(Row.Header)));
    }

    public void Dispose()
    {
        if (IsEmpty) run.Discard();
        else run.Dispose();
    }

    /// One line of index.csv: paths within the folder, empty where nothing was written.
    public sealed class Row
    {
        public const string Header = "source,mask,overlay,scores,error\n";

        public required string Source { get; init; }

        public string Mask { get; set; } = "";

        public string Overlay { get; set; } = "";

        public string Scores { get; set; } = "";

        public string Error { get; set; } = "";

        public string Text => Csv.Row(Source, Mask, Overlay, Scores, Error) + "\n";
    }
}
