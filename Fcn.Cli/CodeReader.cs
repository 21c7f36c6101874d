// Opens a network to see its generated code; nothing is allocated and nothing runs.
using Fcn.Devices;

namespace Fcn.Cli;

sealed class CodeReader : Device
{
    NetworkCode? code;

    CodeReader() { }

    public override string Name => "none";

    /// Null where the network does not go to the device that it is given.
    public static NetworkCode? Read(Func<Device, Network> open)
    {
        var reader = new CodeReader();
        using Network network = open(reader);
        return reader.code;
    }

    public override Engine Open(NetworkSummary network, NetworkCode code)
    {
        this.code = code;
        return new Nothing();
    }

    sealed class Nothing : Engine
    {
        public override string Device => "none";

        public override void Read(ParameterStore store, int parameter, Span<float> values) => throw Refused();

        public override void Write(ParameterStore store, int parameter, ReadOnlySpan<float> values) => throw Refused();

        public override void Segment(InputBatch input, Span<byte> labels) => throw Refused();

        public override void Scores(InputBatch input, Span<float> scores) => throw Refused();

        public override double Backward(InputBatch input, ReadOnlySpan<byte> labels, in BackwardStep step) => throw Refused();

        public override void Update(in SolverStep step) => throw Refused();

        public override long PlannedBytes(RunMode mode, int images, int height, int width) => throw Refused();

        public override void Dispose() { }

        static NotSupportedException Refused() => new("This network was opened to read its code.");
    }
}
