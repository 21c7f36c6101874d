namespace Fcn.GpuCheck;

/// <summary>FCN-8s, layer for layer the published one, narrow: the network of Fcn.Tests/Golden/fcn8s_tiny.safetensors.</summary>
[Fcn(Classes = 4)]
[Conv("conv1_1", 3, Pad = 100), Conv("conv1_2", 3), MaxPool("pool1")]
[Conv("conv2_1", 4), Conv("conv2_2", 4), MaxPool("pool2")]
[Conv("conv3_1", 5), Conv("conv3_2", 5), Conv("conv3_3", 5), MaxPool("pool3")]
[Conv("conv4_1", 6), Conv("conv4_2", 6), Conv("conv4_3", 6), MaxPool("pool4")]
[Conv("conv5_1", 7), Conv("conv5_2", 7), Conv("conv5_3", 7), MaxPool("pool5")]
[Conv("fc6", 8, Kernel = 7, Pad = 0), Conv("fc7", 8, Kernel = 1, Pad = 0)]
[Score, Skip("pool4", Upsample = 2), Skip("pool3", Upsample = 2), Upsample(8)]
public partial class FcnTiny;
