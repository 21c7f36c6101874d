// Numbers (seed, index) → a scene with objects, its photograph-like image and its labels. Needs no file: the demonstration and tests
// train on it. Only + − · / √ are used, which IEEE 754 rounds alike everywhere: a scene is the same, bit for bit, on every machine.
using Fcn.Data.Scenes;
using Fcn.Imaging;

namespace Fcn.Data;

/// <summary>
/// Scenes drawn on demand: before a dull background, vivid discs, squares, triangles, rings and crosses of any colour, size and
/// direction, which hide parts of each other, under uneven light and with noise. Colour says nothing about the class; the surface does
/// (checks, stripes, dots), but disc and ring are both plain and differ by shape alone. As in PASCAL VOC, outlines are 255.
/// </summary>
public sealed class DrawnScenes : SegmentationSet
{
    readonly ulong seed;

    /// <summary>A set of scenes. Sets of different seeds have no scene in common: train on one, validate on another.</summary>
    /// <param name="count">Number of scenes, 1 or more.</param>
    /// <param name="seed">Seed of all of them; scene i is the same in a larger set.</param>
    /// <param name="size">
    /// Size of every scene, both sides 16 to 4096; null for 96x96. Objects keep their size in pixels; a larger scene has more of them.
    /// </param>
    /// <exception cref="FcnException">A number is out of its range.</exception>
    public DrawnScenes(int count, ulong seed, PixelSize? size = null)
    {
        Size = size ?? new PixelSize(96, 96);
        if (count < 1) throw new FcnException($"{count} drawn scenes: draw 1 or more.");
        if (Size is not { Width: >= 16 and <= 4096, Height: >= 16 and <= 4096 })
            throw new FcnException($"Scenes of {Size}: both sides are 16 to 4096 pixels.");
        this.seed = seed;
        Ids = [.. Enumerable.Range(0, count).Select(static i => $"scene{i:D5}")];
        Palette = new Palette(
            new Rgb(0, 0, 0), new Rgb(230, 80, 60), new Rgb(60, 140, 230),
            new Rgb(250, 200, 50), new Rgb(80, 190, 110), new Rgb(190, 90, 200));
    }

    /// <summary>Size of every scene.</summary>
    public PixelSize Size { get; }

    /// <inheritdoc/>
    public override string Name => $"drawn scenes, {Size}, seed {seed}";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ClassNames { get; } = ["background", "disc", "square", "triangle", "ring", "cross"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Ids { get; }

    /// <inheritdoc/>
    protected override Image ReadImage(int index) => Read(index).Image;

    /// <inheritdoc/>
    protected override LabelMap ReadLabels(int index) => Read(index).Labels;

    /// <inheritdoc/>
    protected override Example Read(int index)
    {
        var random = new RandomStream(seed, index);
        var canvas = new Canvas(Size, ref random);
        // Three to five on 96x96: two thirds of the pixels are background, and many objects are partly hidden or cut off.
        int objects = Math.Max(1, (int)(Size.Width * Size.Height / (96.0 * 96) * random.Between(3, 6)));
        for (int n = 0; n < objects; n++) canvas.Draw((Shape)random.Below(Shapes.Count), ref random);
        return new Example(Ids[index], canvas.Photograph(ref random), canvas.Labels());
    }
}
