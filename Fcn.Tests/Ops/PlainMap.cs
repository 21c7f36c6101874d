using Fcn.Generator.Graph;
using Fcn.Generator.Kernels;
using Fcn.Generator.Ops;
using Fcn.Generator.Schedule;

namespace Fcn.Tests.Ops;

// A map given by a test: read from parameter memory, where it lies as plain (N, Channels, H, W) behind the parameters. Its input, the image,
// is not looked at: a network has one. Pull ends here.
internal sealed record PlainMap(int Channels, Extent Size, long Offset, int Height, int Width) : Leaf
{
    public override string Word => "plain_map";

    public override string Format => Word;

    public override Shape Infer(IReadOnlyList<Node> inputs) => new MapShape(Channels, Size);

    public override void Check(NodeCheck check) => check.Inputs(1);

    public override Nest Loops(Node node) => new((p, _) =>
        Value.Field("Parameters", KernelType.To(Element.Float))
            .Load((((p.N * Channels + p.Channel) * Height + p.H) * Width + p.W).To(Element.Index) + (Value)Offset))
    {
        Vectorizes = false,
    };
}
