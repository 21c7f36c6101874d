// A scene being drawn: colours, and which object each pixel shows; → image and labels.
namespace Fcn.Data.Scenes;

/// <summary>Objects over a background, back to front.</summary>
sealed class Canvas
{
    // Objects can be seen: this far from the background in RGB at least (black to white: 442), and this much between their channels.
    const double LeastContrast = 70, LeastSpread = 90;

    readonly PixelSize size;
    readonly Colour background;
    readonly Colour[] colours;
    readonly int[] shown;
    readonly List<byte> classes = [0];

    /// <summary>A background.</summary>
    public Canvas(PixelSize size, ref RandomStream random)
    {
        this.size = size;
        (colours, shown) = (new Colour[size.Width * size.Height], new int[size.Width * size.Height]);
        background = BackgroundColour(ref random);
        Texture texture = Texture.Random(random.Coin() ? Pattern.Plain : Pattern.Blotches, background, random.Between(20, 60), ref random);
        for (int y = 0; y < size.Height; y++)
            for (int x = 0; x < size.Width; x++)
                colours[y * size.Width + x] = texture.At(x, y);
    }

    /// <summary>Draws an object of random place, size, direction and surface in front of what is there.</summary>
    public void Draw(Shape shape, ref RandomStream random)
    {
        (double atX, double atY) = (random.Between(0.08, 0.92) * size.Width, random.Between(0.08, 0.92) * size.Height);
        double radius = random.Between(12, 24);
        (double X, double Y) turn = Texture.Direction(ref random);
        Texture texture = Texture.Random(Shapes.Pattern(shape), ObjectColour(ref random), random.Between(80, 130), ref random);
        int number = classes.Count;
        classes.Add((byte)(1 + (int)shape));

        // No shape reaches beyond 1.25 radii.
        double reach = 1.25 * radius + 1;
        for (int y = Math.Max(0, (int)(atY - reach)); y < Math.Min(size.Height, atY + reach); y++)
            for (int x = Math.Max(0, (int)(atX - reach)); x < Math.Min(size.Width, atX + reach); x++)
            {
                (double dx, double dy) = (x + 0.5 - atX, y + 0.5 - atY);
                (double u, double v) = (dx * turn.X + dy * turn.Y, dy * turn.X - dx * turn.Y);
                double distance = Shapes.Distance(shape, u, v, radius);
                // A pixel on the outline is covered in part.
                double covered = Math.Clamp(0.5 - distance, 0, 1);
                if (covered == 0) continue;
                int at = y * size.Width + x;
                colours[at] = Colour.Mix(colours[at], texture.At(u, v), covered);
                if (distance < 0) shown[at] = number;
            }
    }

    /// <summary>The scene under light that falls off in one direction, with noise on every channel.</summary>
    public Image Photograph(ref RandomStream random)
    {
        (double X, double Y) falls = Texture.Direction(ref random);
        (double strength, double noise) = (random.Between(0, 0.25), random.Between(3, 12));
        var pixels = new byte[colours.Length * 3];
        for (int y = 0, at = 0; y < size.Height; y++)
            for (int x = 0; x < size.Width; x++, at++)
            {
                double light = 1 + strength * (falls.X * (2.0 * x / size.Width - 1) + falls.Y * (2.0 * y / size.Height - 1));
                Colour colour = light * colours[at];
                pixels[3 * at] = Level(colour.R + noise * Grain(ref random));
                pixels[3 * at + 1] = Level(colour.G + noise * Grain(ref random));
                pixels[3 * at + 2] = Level(colour.B + noise * Grain(ref random));
            }
        return new Image(size.Width, size.Height, pixels);
    }

    /// <summary>Class of what each pixel shows; 255 along the outlines, one pixel on either side.</summary>
    public LabelMap Labels()
    {
        var labels = new byte[shown.Length];
        for (int y = 0, at = 0; y < size.Height; y++)
            for (int x = 0; x < size.Width; x++, at++)
            {
                bool outline = (x > 0 && shown[at - 1] != shown[at]) || (x + 1 < size.Width && shown[at + 1] != shown[at])
                    || (y > 0 && shown[at - size.Width] != shown[at]) || (y + 1 < size.Height && shown[at + size.Width] != shown[at]);
                labels[at] = outline ? LabelMap.Ignore : classes[shown[at]];
            }
        return new LabelMap(size.Width, size.Height, labels);
    }

    // A vivid colour that stands out from the background.
    Colour ObjectColour(ref RandomStream random)
    {
        while (true)
        {
            Colour colour = AnyColour(ref random);
            double spread = Math.Max(colour.R, Math.Max(colour.G, colour.B)) - Math.Min(colour.R, Math.Min(colour.G, colour.B));
            if (spread >= LeastSpread && colour.Distance(background) >= LeastContrast) return colour;
        }
    }

    static Colour BackgroundColour(ref RandomStream random) =>
        Colour.Mix(AnyColour(ref random), random.Between(50, 200) * new Colour(1, 1, 1), 0.75);

    static Colour AnyColour(ref RandomStream random) => new(random.Between(20, 235), random.Between(20, 235), random.Between(20, 235));

    // Sum of two uniform numbers: a triangle of deviation 0.41 around 0, bounded by 1.
    static double Grain(ref RandomStream random) => random.Unit() + random.Unit() - 1;

    static byte Level(double value) => (byte)Math.Clamp(value + 0.5, 0, 255);
}
