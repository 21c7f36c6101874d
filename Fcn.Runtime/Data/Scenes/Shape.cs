// What the objects of drawn scenes are: outlines as signed distances in pixels, below 0 inside. Source: Quilez, "2D distance functions".
namespace Fcn.Data.Scenes;

/// <summary>Outline of an object; its class is its number plus one, 0 being the background.</summary>
enum Shape
{
    Disc,
    Square,
    Triangle,
    Ring,
    Cross,
}

/// <summary>Distances to outlines.</summary>
static class Shapes
{
    public const int Count = 5;

    /// <summary>
    /// What objects of a shape are covered with. Disc and ring share a surface, so that only their form tells them apart.
    /// </summary>
    public static Pattern Pattern(Shape shape) => shape switch
    {
        Shape.Disc => Scenes.Pattern.Plain,
        Shape.Square => Scenes.Pattern.Checks,
        Shape.Triangle => Scenes.Pattern.Stripes,
        Shape.Ring => Scenes.Pattern.Plain,
        Shape.Cross => Scenes.Pattern.Dots,
    };

    /// <summary>
    /// Distance of a point to the outline of a shape around the origin that reaches about as far as <paramref name="radius"/>.
    /// </summary>
    public static double Distance(Shape shape, double x, double y, double radius)
    {
        (double ax, double ay) = (Math.Abs(x), Math.Abs(y));
        return shape switch
        {
            Shape.Disc => Math.Sqrt(x * x + y * y) - radius,
            Shape.Square => Math.Max(ax, ay) - 0.85 * radius,
            // Equilateral: the farthest of three half-planes. Its corners are at 1.2 radii.
            Shape.Triangle => Math.Max(ax * 0.8660254037844386 - y * 0.5, y) - 0.6 * radius,
            Shape.Ring => Math.Abs(Math.Sqrt(x * x + y * y) - 0.78 * radius) - 0.24 * radius,
            Shape.Cross => Math.Min(Math.Max(ax - radius, ay - 0.3 * radius), Math.Max(ax - 0.3 * radius, ay - radius)),
        };
    }
}
