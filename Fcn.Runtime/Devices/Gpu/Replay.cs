using Fcn.Devices.Cuda;

namespace Fcn.Devices.Gpu;

// The launches of one schedule over one frame. The first time they go to the stream one by one: a size that is seen once is not worth more,
// and the driver loads code at first use. The second time they are captured as a graph, which from then on is one launch.
internal sealed unsafe class Replay(CudaSchedule schedule, void* frame, LaunchStream stream) : IDisposable
{
    private bool _ran;
    private nint _graph;

    public void Run()
    {
        if (_graph == 0 && _ran && stream.CanCapture && stream.TakesGraphs) _graph = Capture();
        nint running = stream.Running();
        if (_graph != 0 && stream.TakesGraphs) stream.Driver.LaunchGraph(_graph, stream.Handle);
        else schedule.Run(frame, stream);
        stream.Ran(running);
        _ran = true;
    }

    /// The frame has changed: its addresses are in the graph.
    public void Forget()
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
                schedule.Run(frame, stream);
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
