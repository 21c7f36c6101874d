// What surfaces in drawn scenes look like: two colours and a pattern. A pixel's position → its colour.
namespace Fcn.Data.Scenes;

/// <summary>Pattern of a surface.</summary>
enum Pattern
{
    Plain,
    Stripes,
    Checks,
    Dots,
    Blotches,
}

/// <summary>Colour of a pixel, each channel about 0 to 255; light and noise may carry it beyond.</summary>
readonly record struct Colour(double R, double G, double B)
{
    public static Colour operator +(Colour a, Colour b) => new(a.R + b.R, a.G + b.G, a.B + b.B);

    public static Colour operator *(double factor, Colour a) => new(factor * a.R, factor * a.G, factor * a.B);

    public static Colour Mix(Colour a, Colour b, double part) => (1 - part) * a + part * b;

    public double Distance(Colour other)
    {
        (double r, double g, double b) = (R - other.R, G - other.G, B - other.B);
        return Math.Sqrt(r * r + g * g + b * b);
    }
}

/// <summary>A surface: <paramref name="Base"/> with a pattern of <paramref name="Other"/>.</summary>
/// <param name="Pattern">The pattern.</param>
/// <param name="Base">Colour of the surface.</param>
/// <param name="Other">Second colour, not far from the first.</param>
/// <param name="Period">Pixels from one stripe, check, dot or blotch to the next.</param>
/// <param name="Along">Direction of the pattern, a unit vector.</param>
/// <param name="Seed">Seed of the blotches.</param>
readonly record struct Texture(Pattern Pattern, Colour Base, Colour Other, double Period, (double X, double Y) Along, ulong Seed)
{
    /// <summary>A pattern on a colour: period, direction and second colour are random.</summary>
    public static Texture Random(Pattern pattern, Colour colour, double contrast, ref RandomStream random)
    {
        double step = (random.Coin() ? 1 : -1) * contrast;
        Colour other = colour + step * new Colour(random.Between(0.5, 1), random.Between(0.5, 1), random.Between(0.5, 1));
        return new Texture(pattern, colour, other, random.Between(5, 7), Direction(ref random), random.Next());
    }

    /// <summary>
    /// A unit vector of any direction: (1 − t², 2t) / (1 + t²) over a half circle, then a coin. No sine: libraries round it
    /// differently.
    /// </summary>
    public static (double X, double Y) Direction(ref RandomStream random)
    {
        (double t, double side) = (random.Between(-1, 1), random.Coin() ? 1 : -1);
        return (side * (1 - t * t) / (1 + t * t), side * 2 * t / (1 + t * t));
    }

    /// <summary>Colour at a pixel.</summary>
    public Colour At(double x, double y)
    {
        (double u, double v) = ((x * Along.X + y * Along.Y) / Period, (y * Along.X - x * Along.Y) / Period);
        return Colour.Mix(Base, Other, Pattern switch
        {
            Pattern.Plain => 0,
            Pattern.Stripes => Tooth(u) < 0.5 ? 0 : 1,
            Pattern.Checks => Tooth(u / 2) < 0.5 == Tooth(v / 2) < 0.5 ? 0 : 1,
            Pattern.Dots => Square(Tooth(u) - 0.5) + Square(Tooth(v) - 0.5) < 0.09 ? 1 : 0,
            Pattern.Blotches => Noise(u, v),
        });
    }

    static double Tooth(double u) => u - Math.Floor(u);

    static double Square(double u) => u * u;

    // Value noise: random numbers on a grid, joined smoothly.
    double Noise(double u, double v)
    {
        (double left, double top) = (Math.Floor(u), Math.Floor(v));
        (double x, double y) = (Smooth(u - left), Smooth(v - top));
        double above = Knot(left, top) * (1 - x) + Knot(left + 1, top) * x;
        double below = Knot(left, top + 1) * (1 - x) + Knot(left + 1, top + 1) * x;
        return above * (1 - y) + below * y;
    }

    static double Smooth(double part) => part * part * (3 - 2 * part);

    double Knot(double u, double v) => new RandomStream(Seed, (long)u, (long)v).Unit();
}
