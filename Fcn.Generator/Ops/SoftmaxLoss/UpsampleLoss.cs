using Fcn.Generator.Graph;

namespace Fcn.Generator.Ops;

/// Upsample, crop by Offset, softmax loss (Caffe: SoftmaxWithLoss, ignore_label 255, normalize false) and its gradient back to the coarse
/// scores, which is the op's value. loss = - sum over pixels whose label is not 255 of log softmax(scores)[label]; gradient per score:
/// LossScale (softmax(scores)[c] - [c = label]). Labels and LossScale come with the step, the loss goes to the step's loss cells. With
/// Upsample(1, 1) it is the plain softmax loss. Input: the coarse scores.
internal sealed record UpsampleLoss(Upsample Upsample, int Offset) : ModeOp(Arity: 1)
{
    public override string Word => "upsample_loss";

    public override bool CanCarryTail => false;

    public override Shape Infer(IReadOnlyList<Node> inputs) => inputs[0].Shape;

    public override int Reach(int input) => Upsample.Taps - 1;
}
