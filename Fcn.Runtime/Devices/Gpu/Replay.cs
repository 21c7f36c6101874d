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
        if (_graph == 0 && _ran && stream.TakesGraphs && stream.Graphs is { } graphs) _graph = Capture(graphs);
        nint running = stream.Running();
        if (_graph != 0 && stream.TakesGraphs) stream.Driver.Graphs!.LaunchGraph(_graph, stream.Handle);
        else stream.Launch(frame);
        stream.Ran(running);
        _ran = true;
    }

    // The frame has changed: its addresses are in the graph.
    private void Forget()
    {
        nint graph = _graph;
        (_graph, _ran) = (0, false);
        if (graph != 0) stream.Driver.Graphs!.DestroyGraph(graph);
    }

    public void Dispose() => Forget();

    private nint Capture(IGpuGraphs graphs)
    {
        try
        {
            graphs.BeginCapture(stream.Handle);
            try
            {
                stream.Launch(frame);
            }
            catch
            {
                graphs.AbandonCapture(stream.Handle);
                throw;
            }
            nint graph = graphs.EndCapture(stream.Handle);
            if (graph == 0) stream.Graphs = null;
            return graph;
        }
        catch (GpuException e) when (e.Fault != GpuFault.Lost)
        {
            // Launches one by one do the same; a true fault shows there again.
            stream.Graphs = null;
            return 0;
        }
    }
}
