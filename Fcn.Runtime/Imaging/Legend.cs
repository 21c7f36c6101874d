using System.Globalization;

namespace Fcn.Imaging;

// In: the labels of a picture. Out: a strip below it with a colour swatch and a name for each, flowing over as many rows as needed.
internal sealed class Legend
{
    // In dots of the font; a dot is _scale pixels.
    private const int Margin = 4, Row = 12, Swatch = 10, AfterSwatch = 3, AfterName = 8;

    private static readonly Rgb Paper = new(255, 255, 255), Ink = new(32, 32, 32);

    private readonly List<(int X, int Y, string Name, Rgb Colour)> _entries = [];
    private readonly int _scale;

    public Legend(int width, IEnumerable<int> labels, Palette palette, IReadOnlyList<string> names)
    {
        _scale = Math.Clamp(width / 320, 1, 8);
        int dots = width / _scale, x = Margin, y = Margin;
        int room = Math.Max(0, dots - 2 * Margin - Swatch - AfterSwatch) / Font.Advance;
        foreach (int label in labels)
        {
            string name = label < names.Count ? names[label]
                : label == LabelMap.Ignore ? "void" : label.ToString(CultureInfo.InvariantCulture);
            if (name.Length > room) name = room > 2 ? name[..(room - 2)] + ".." : "";
            int needed = Swatch + AfterSwatch + name.Length * Font.Advance;
            if (x > Margin && x + needed > dots - Margin) (x, y) = (Margin, y + Row);
            _entries.Add((x, y, name, palette[label]));
            x += needed + AfterName;
        }
        Height = _entries.Count == 0 ? 0 : (y + Row) * _scale;
    }

    // In pixels; 0 where there is nothing to name.
    public int Height { get; }

    // Draws the strip from a row of the picture on.
    public void Draw(Image target, int top)
    {
        Font.Fill(target, 0, top, target.Width, Height, Paper);
        foreach (var (x, y, name, colour) in _entries)
        {
            int left = x * _scale, upper = top + y * _scale;
            Font.Fill(target, left, upper, Swatch * _scale, Font.Height * _scale, Ink);
            Font.Fill(target, left + 1, upper + 1, Swatch * _scale - 2, Font.Height * _scale - 2, colour);
            Font.Draw(target, name, left + (Swatch + AfterSwatch) * _scale, upper + _scale / 2, _scale, Ink);
        }
    }
}
