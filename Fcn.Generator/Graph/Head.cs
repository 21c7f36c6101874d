namespace Fcn.Generator.Graph;

/// What a network says of every pixel: scores of classes of its own, and in training a softmax loss that counts LossWeight times in the sum
/// of all. Named after the score layer that it begins with.
internal sealed record Head(string Name, int Classes, double LossWeight);
