// One program with networks of two assemblies, one of which is compiled with checked arithmetic and shows its internals to the other.
using Fcn;
using StrictLibrary;
using Xunit;

namespace SnapshotTests;

public class NetworksOfTwoAssemblies
{
    [Fact]
    public void BothRunAndTheCheckedOneTrains()
    {
        using var crossroads = new Crossroads();
        using var pavement = new Pavement();
        crossroads.Initialize(seed: 1);
        pavement.Initialize(seed: 1);
        var image = new Image(30, 20, new byte[30 * 20 * 3]);
        Assert.Equal((30, 20), (crossroads.Segment(image).Width, pavement.Segment(image).Height));
        var input = new InputBatch(1, 20, 30, 3, new float[20 * 30 * 3]);
        double loss = pavement.Engine.Backward(input, new byte[20 * 30], new BackwardStep(1, 7, First: true));
        // Score layers start at zero: two classes, equally likely.
        Assert.Equal(20 * 30 * Math.Log(2), loss, 1e-3);
    }
}
