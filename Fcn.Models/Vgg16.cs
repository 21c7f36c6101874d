namespace Fcn.Models;

/// <summary>
/// The 16-layer net of Simonyan and Zisserman (2014) made fully convolutional: its dense layers fc6 and fc7 are convolutions. The pad of
/// 100 lets an image of any size, one pixel included, reach fc6. 134 260 544 parameters; stride 32, receptive field 404.
/// </summary>
/// <remarks>Names and shapes as in vgg16-fcn.caffemodel. Paper section 4.1; reference implementation voc-fcn32s/net.py.</remarks>
[Backbone]
[Conv("conv1_1", 64, Pad = 100), Conv("conv1_2", 64), MaxPool("pool1")]
[Conv("conv2_1", 128), Conv("conv2_2", 128), MaxPool("pool2")]
[Conv("conv3_1", 256), Conv("conv3_2", 256), Conv("conv3_3", 256), MaxPool("pool3")]
[Conv("conv4_1", 512), Conv("conv4_2", 512), Conv("conv4_3", 512), MaxPool("pool4")]
[Conv("conv5_1", 512), Conv("conv5_2", 512), Conv("conv5_3", 512), MaxPool("pool5")]
[Conv("fc6", 4096, Kernel = 7, Pad = 0, Dropout = 0.5)]
[Conv("fc7", 4096, Kernel = 1, Pad = 0, Dropout = 0.5)]
public sealed class Vgg16;
