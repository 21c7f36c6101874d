// A network with all that the compiler makes kernels of: a wide border, groups, dilation, strides, a learned skip, dropout. This project references ILGPU,
// so the generator writes its kernels for ILGPU too.
using Fcn;

namespace Fcn.Integrations.Tests.Ilgpu;

[Fcn(Classes = 5)]
[Conv("conv1", 9, Pad = 5), Conv("conv1b", 12, Groups = 3, Relu = false), MaxPool("pool1")]
[Conv("conv2", 20, Dilation = 2, Pad = 2), MaxPool("pool2", Kernel = 3)]
[Conv("conv3", 24, Kernel = 2, Pad = 0, Dropout = 0.4)]
[Score]
[Skip("pool1", Upsample = 2, Kernel = 3, Learned = true, Scale = 0.5)]
[Upsample(2)]
public sealed partial class Crossing;
