namespace Fcn.Cli;

/// What one image costs. A multiply-add is two operations.
static class Cost
{
    public static double Flop(LayerSummary layer, int height, int width) =>
        2.0 * layer.MultiplyAdds * layer.Size(height) * layer.Size(width);

    public static double Flop(NetworkSummary network, int height, int width) =>
        network.Layers.Sum(layer => Flop(layer, height, width));
}
