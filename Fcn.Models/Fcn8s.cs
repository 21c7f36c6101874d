namespace Fcn.Models;

/// <summary>FCN-8s: FCN-16s with a second skip from pool3, upsampled by 8. 21 classes of PASCAL VOC; 134 362 751 parameters.</summary>
/// <remarks>Paper section 4.2; reference implementation voc-fcn8s, trained from FCN-16s.</remarks>
[Fcn(Classes = 21)]
[Backbone<Vgg16>]
[Score]
[Skip("pool4", Upsample = 2)]
[Skip("pool3", Upsample = 2)]
[Upsample(8)]
public partial class Fcn8s;
