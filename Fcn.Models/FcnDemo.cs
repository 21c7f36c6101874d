namespace Fcn.Models;

/// <summary>The network of <c>fcn demo</c>: <see cref="FcnSmall"/> for drawn scenes of five shapes and background.</summary>
/// <remarks>Same trunk, same skips, 6 classes. Trains in about a minute on two cores.</remarks>
[Fcn(Classes = 6)]
[Backbone<SmallTrunk>]
[Score]
[Skip("pool3", Upsample = 2)]
[Skip("pool2", Upsample = 2)]
[Upsample(4)]
public partial class FcnDemo;
