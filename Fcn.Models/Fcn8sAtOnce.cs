namespace Fcn.Models;

/// <summary>
/// FCN-8s trained in one stage: fixed scales bring the tapped features to the size of the scores, so that no coarser network has to be
/// trained first. 21 classes of PASCAL VOC; 134 362 751 parameters.
/// </summary>
/// <remarks>Journal version of the paper, section 4.3; reference implementation voc-fcn8s-atonce.</remarks>
[Fcn(Classes = 21)]
[Backbone<Vgg16>]
[Score]
[Skip("pool4", Upsample = 2, Scale = 0.01)]
[Skip("pool3", Upsample = 2, Scale = 0.0001)]
[Upsample(8)]
public partial class Fcn8sAtOnce;
