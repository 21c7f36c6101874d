namespace Fcn.Generator.Schedule.Gpu;

// What a node's kernels ask of the schedule under construction, while they yield the node's launches. Fields of one name are one field.
internal interface IGpuPlanner
{
    GpuMachine Machine { get; }

    /// Memory of the arena for the launches of this node alone. The name begins with the node's; bytes are the host's arithmetic (Index).
    Value Buffer(string name, Element element, Value bytes);

    /// Memory that several nodes read and that the launch before the first of them writes (a table of pixels). It lives up to the last that asked.
    Value Shared(string name, Element element, Value bytes, Func<Value, GpuLaunch> write);

    /// A whole number that the host computes from N, H, W, sizes of maps, Processors and earlier Sizes, before buffers are planned.
    Value Size(string field, Value value);

    /// Memory that persists between runs, written by the schedule Pack (PackBackward, for the gradients of inputs) and shared by all schedules.
    /// The name is unique to the weight and the order of packing.
    Value Packed(string name, Element element, long bytes, bool backward, Func<Value, GpuLaunch> pack);

    /// A kernel of this name and summary with the body of the first that was asked for under an equal key: it says all that a body depends on.
    Kernel Kernel(object key, string name, string summary, Func<Kernel> lower);
}
