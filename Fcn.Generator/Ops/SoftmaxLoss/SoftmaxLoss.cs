namespace Fcn.Generator.Ops;

/// loss = - sum over pixels whose label is not 255 of log softmax(x)[label] (Caffe: SoftmaxWithLoss, ignore_label 255, normalize false; its
/// normalisers are factors that the step passes in). The labels come with the step.
internal sealed record SoftmaxLoss : Op
{
    public override string Word => "softmax_loss";

    public override Shape Infer(IReadOnlyList<Node> inputs) => new LossShape();

    public override void Pull(Node y, Node dy, Backward backward) => throw new InvalidOperationException("BuildBackward starts at the loss.");
}

/// dx[c] = scale (softmax(x)[c] - [c = label]), 0 where the label is 255. scale comes with the step.
internal sealed record SoftmaxLossGradient : Op
{
    public override string Word => "softmax_loss_gradient";

    public override Shape Infer(IReadOnlyList<Node> inputs) => inputs[0].Shape;
}

/// Upsample, crop by Offset, softmax loss and its gradient back to the coarse scores in one: neither full-resolution scores nor their gradient
/// are stored. Input: the coarse scores; output: their gradient, in bands (see UpsampleLossSum); the loss goes to the step's loss cells.
internal sealed record UpsampleLoss(Upsample Upsample, int Offset) : Op
{
    public override string Word => "upsample_loss";

    public override Shape Infer(IReadOnlyList<Node> inputs) => inputs[0].Shape;
}
