namespace Fcn.Tests.Generator;

// Declarations that several tests share.
internal static class Sources
{
    public const string Vgg16 = """
        [Backbone]
        [Conv("conv1_1", 64, Pad = 100), Conv("conv1_2", 64), MaxPool("pool1")]
        [Conv("conv2_1", 128), Conv("conv2_2", 128), MaxPool("pool2")]
        [Conv("conv3_1", 256), Conv("conv3_2", 256), Conv("conv3_3", 256), MaxPool("pool3")]
        [Conv("conv4_1", 512), Conv("conv4_2", 512), Conv("conv4_3", 512), MaxPool("pool4")]
        [Conv("conv5_1", 512), Conv("conv5_2", 512), Conv("conv5_3", 512), MaxPool("pool5")]
        [Conv("fc6", 4096, Kernel = 7, Pad = 0, Dropout = 0.5), Conv("fc7", 4096, Kernel = 1, Pad = 0, Dropout = 0.5)]
        public sealed class Vgg16;

        """;

    public const string Fcn32s = $"""
        using Fcn;
        namespace User;
        {Vgg16}
        [Fcn(Classes = 21), Backbone<Vgg16>, Score, Upsample(32)]
        public partial class Fcn32s;
        """;

    public const string Fcn16s = $"""
        using Fcn;
        namespace User;
        {Vgg16}
        [Fcn(Classes = 21), Backbone<Vgg16>, Score, Skip("pool4"), Upsample(16)]
        public partial class Fcn16s;
        """;

    public const string Fcn8s = $"""
        using Fcn;
        namespace User;
        {Vgg16}
        [Fcn(Classes = 21), Backbone<Vgg16>, Score, Skip("pool4"), Skip("pool3"), Upsample(8)]
        public partial class Fcn8s;
        """;

    /// Convolutional AlexNet as in voc-fcn-alexnet, without its local response normalisation, which moves nothing.
    public const string FcnAlexNet = """
        using Fcn;
        namespace User;

        [Fcn(Classes = 21)]
        [Conv("conv1", 96, Kernel = 11, Stride = 4, Pad = 100), MaxPool("pool1", Kernel = 3)]
        [Conv("conv2", 256, Kernel = 5, Pad = 2, Groups = 2), MaxPool("pool2", Kernel = 3)]
        [Conv("conv3", 384), Conv("conv4", 384, Groups = 2), Conv("conv5", 256, Groups = 2), MaxPool("pool5", Kernel = 3)]
        [Conv("fc6", 4096, Kernel = 6, Pad = 0, Dropout = 0.5), Conv("fc7", 4096, Kernel = 1, Pad = 0, Dropout = 0.5)]
        [Score]
        [Upsample(32, Kernel = 63)]
        public partial class FcnAlexNet;
        """;

    /// Small enough to read as a graph, with everything in it: ReLU, dropout, scale, skip, learned upsampling.
    public const string Tiny = """
        using Fcn;
        namespace User;

        [Fcn(Classes = 3)]
        [Input(Channels = 1, Mean = new[] { 128f })]
        [Conv("conv1", 4, Pad = 4), MaxPool("pool1"), Conv("conv2", 8, Kernel = 3, Pad = 0, Dropout = 0.25), MaxPool("pool2")]
        [Conv("fc3", 8, Kernel = 1, Pad = 0, Relu = false, Bias = false)]
        [Score]
        [Skip("pool1", Upsample = 2, Learned = true, Scale = 0.5)]
        [Upsample(2)]
        public partial class Tiny;
        """;

    /// Branches that meet, and what training keeps.
    public const string Branched = """
        using Fcn;
        namespace User;

        [Fcn(Classes = 3)]
        [Conv("stem", 8, Pad = 4, Bias = false, Relu = false), BatchNorm("bn"), MaxPool("pool")]
        [Conv("near", 16, Kernel = 1, Pad = 0)]
        [Conv("wide", 8, Pad = 0, From = "pool")]
        [Concat("both", "near", "wide"), Conv("mix", 16), Sum("sum", "mix", "near", Relu = true)]
        [Score, Upsample(2)]
        public partial class Branched;
        """;
}
