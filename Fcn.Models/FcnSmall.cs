namespace Fcn.Models;

/// <summary>A small network with two skips for the 11 classes of CamVid: street scenes, trained on a CPU in minutes.</summary>
/// <remarks>Built like FCN-8s, one pooling less deep: skips from pool3 and pool2, then upsampled by 4. 471 313 parameters.</remarks>
[Fcn(Classes = 11)]
[Backbone<SmallTrunk>]
[Score]
[Skip("pool3", Upsample = 2)]
[Skip("pool2", Upsample = 2)]
[Upsample(4)]
public partial class FcnSmall;
