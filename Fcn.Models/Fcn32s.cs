namespace Fcn.Models;

/// <summary>FCN-32s: VGG-16 with a score layer, upsampled by 32 in one step. 21 classes of PASCAL VOC; 134 346 581 parameters.</summary>
/// <remarks>Paper section 4.1; reference implementation voc-fcn32s.</remarks>
[Fcn(Classes = 21)]
[Backbone<Vgg16>]
[Score]
[Upsample(32)]
public partial class Fcn32s;
