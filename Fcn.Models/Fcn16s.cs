namespace Fcn.Models;

/// <summary>FCN-16s: FCN-32s with a skip from pool4, upsampled by 16. 21 classes of PASCAL VOC; 134 357 354 parameters.</summary>
/// <remarks>Paper section 4.2; reference implementation voc-fcn16s, trained from FCN-32s.</remarks>
[Fcn(Classes = 21)]
[Backbone<Vgg16>]
[Score]
[Skip("pool4", Upsample = 2)]
[Upsample(16)]
public partial class Fcn16s;
