// A user's small network, for build.sh: six convolutions, 438 134 parameters.
using Fcn;

[Fcn(Classes = 11)]
[Conv("conv1", 32), Conv("conv2", 32), MaxPool("pool1")]
[Conv("conv3", 64), Conv("conv4", 64), MaxPool("pool2")]
[Conv("conv5", 128), MaxPool("pool3"), Conv("conv6", 256)]
[Score("score")]
[Skip("pool2", Upsample = 2)]
[Upsample(4)]
public partial class SixConvolutions;
