namespace Fcn.Models;

/// <summary>
/// A trunk that trains from scratch on a CPU in minutes: ten convolutions of 16 to 128 channels, 468 816 parameters, 12.8 million
/// multiply-adds per 1000 pixels; stride 16, receptive field 140. Reads RGB, centred and scaled to about unit deviation.
/// </summary>
/// <remarks>
/// Every convolution keeps its input's size, so nothing is computed on padding; where maps meet, the upsampled scores are cut.
/// </remarks>
[Backbone]
[Input(Order = ChannelOrder.Rgb, Mean = [104f, 107f, 109f], Scale = 1 / 58f)]
[Conv("conv1_1", 16), Conv("conv1_2", 16), MaxPool("pool1")]
[Conv("conv2_1", 32), Conv("conv2_2", 32), MaxPool("pool2")]
[Conv("conv3_1", 64), Conv("conv3_2", 64), MaxPool("pool3")]
[Conv("conv4_1", 96), Conv("conv4_2", 96), MaxPool("pool4")]
[Conv("conv5_1", 128), Conv("conv5_2", 128)]
public sealed class SmallTrunk;
