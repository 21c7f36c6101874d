// A network whose layers have names that generated code uses as well, in a namespace with a class that hides one of the runtime's.
using Fcn;

namespace StrictLibrary;

/// <summary>Tells pavement from road. Every layer has a name that generated code has a use for, too.</summary>
[Fcn(Classes = 2)]
[Conv("Image", 8), MaxPool("H")]
[Conv("Vector512", 16, Dropout = 0.5), MaxPool("labels")]
[Score("score")]
[Skip("H", Upsample = 2, Learned = true)]
[Upsample(2)]
public partial class Pavement;

/// <summary>The lanes of a road, not those of a vector.</summary>
public static class Lanes
{
    /// <summary>Lanes in each direction.</summary>
    public const int Count = 2;
}
