using Fcn.Data;
using Fcn.Tests.Imaging;

namespace Fcn.Tests.Data;

/// <summary>A data set in the layout of PASCAL VOC in a folder for temporary files, gone when disposed.</summary>
sealed class VocFolder : IDisposable
{
    readonly TempFolder folder = new();

    public VocFolder()
    {
        string[] folders = ["JPEGImages", "SegmentationClass", "ImageSets/Segmentation"];
        foreach (string name in folders) Directory.CreateDirectory(Path.Combine(Root, name));
    }

    public string Root => folder["set"];

    /// <summary>An image whose bytes count up, and labels that repeat the given ones.</summary>
    public VocFolder Add(string id, int width, int height, params byte[] labels)
    {
        var image = new Image(width, height, [.. Enumerable.Range(0, width * height * 3).Select(static i => (byte)i)]);
        var map = new LabelMap(width, height, [.. Enumerable.Range(0, width * height).Select(i => labels[i % labels.Length])]);
        image.SavePng(Path.Combine(Root, "JPEGImages", id + ".png"));
        map.Save(Path.Combine(Root, "SegmentationClass", id + ".png"));
        return this;
    }

    /// <summary>Drawn scenes s0, s1, … of six classes, the last of which is the list val and the others train.</summary>
    public VocFolder AddScenes(int count)
    {
        var scenes = new DrawnScenes(count, seed: 5, new PixelSize(40, 32));
        for (int i = 0; i < count; i++)
        {
            scenes.LoadImage(i).SavePng(Path.Combine(Root, "JPEGImages", $"s{i}.png"));
            scenes.LoadLabels(i).Save(Path.Combine(Root, "SegmentationClass", $"s{i}.png"));
        }
        string train = string.Concat(Enumerable.Range(0, count - 1).Select(static i => $"s{i}\n"));
        return List("train", train).List("val", $"s{count - 1}\n").Text("classes.txt", string.Join('\n', scenes.ClassNames) + "\n");
    }

    public VocFolder Rename(string id, string extension)
    {
        string image = Path.Combine(Root, "JPEGImages", id);
        File.Move(image + ".png", image + extension);
        return this;
    }

    /// <summary>A label file of any kind: what a data set brings that nobody at VOC drew.</summary>
    public VocFolder Label(string id, TestPng png, params ushort[] samples) =>
        Bytes(Path.Combine("SegmentationClass", id + ".png"), png.Encode(samples));

    public VocFolder List(string split, string text) => Text(Path.Combine("ImageSets", "Segmentation", split + ".txt"), text);

    public VocFolder Text(string file, string text) => Bytes(file, System.Text.Encoding.UTF8.GetBytes(text));

    public VocFolder Bytes(string file, byte[] bytes)
    {
        folder.Write(Path.Combine("set", file), bytes);
        return this;
    }

    public void Dispose() => folder.Dispose();
}
