using Fcn.Devices.Cuda;
using Fcn.Devices.Schedules;

namespace Fcn.Devices.Gpu;

// The launches of one frame. The first time they go to the stream one by one: a size that is seen once is not worth more,
// and the driver loads code at first use. The second time they are captured as a graph, which from then on is one launch.
internal sealed class Replay(ScheduleFrame frame, LaunchStream stream) : IDisposable
{
    private bool _ran;
    private nint _graph;

    public void Run()
    {
        if (frame.HasChanged) Forget();
        frame.HasChanged = false;
        if (_graph == 0 && _ran && stream.CanCapture && stream.TakesGraphs) _graph = Capture();
        nint running = stream.Running();
        if (_graph != 0 && stream.TakesGraphs) stream.Driver.LaunchGraph(_graph, stream.Handle);
        else stream.Launch(frame);
        stream.Ran(running);
        _ran = true;
    }

    // The frame has changed: its addresses are in the graph.
    private void Forget()
    {
        nint graph = _graph;
        (_graph, _ran) = (0, false);
        if (graph != 0) stream.Driver.DestroyGraph(graph);
    }

    public void Dispose() => Forget();

    private nint Capture()
    {
        var driver = stream.Driver;
        try
        {
            driver.BeginCapture(stream.Handle);
            try
            {
                stream.Launch(frame);
            }
            catch
            {
                driver.AbandonCapture(stream.Handle);
                throw;
            }
            nint graph = driver.EndCapture(stream.Handle);
            stream.CanCapture = graph != 0;
            return graph;
        }
        catch (CudaException e) when (!CudaException.IsSticky(e.Code))
        {
            // Launches one by one do the same; a true fault shows there again.
            stream.CanCapture = false;
            return 0;
        }
    }
}
