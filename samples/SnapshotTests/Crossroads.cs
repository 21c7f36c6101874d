// The network under test: two poolings, one skip, small enough to read every kernel of it.
using Fcn;

namespace SnapshotTests;

[Fcn(Classes = 2)]
[Conv("conv1", 16), MaxPool("pool1")]
[Conv("conv2", 32), MaxPool("pool2")]
[Score("score_coarse")]
[Skip("pool1", Upsample = 2)]
[Upsample(2)]
public partial class Crossroads;
