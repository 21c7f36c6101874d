using System.Numerics;

namespace Fcn.Devices.Cpu;

// Parameters, gradients and momentum: three flat memories of one layout. The last two exist only when training asks for them.
internal sealed unsafe class ParameterMemory : IDisposable
{
    // A piece of an update: three streams of 256 KB, and enough pieces to share among threads.
    private const int PieceFloats = 1 << 16;

    private readonly NetworkSummary _network;
    private readonly ParameterCounts _counts;
    private readonly IReadOnlyList<ParameterLayout> _layouts;
    private readonly CpuPool _pool;
    private readonly NativeBlock?[] _stores = new NativeBlock?[3];
    private readonly Piece[] _pieces;
    private readonly long _bytes;

    public ParameterMemory(NetworkSummary network, CpuProgram code, CpuPool pool)
    {
        (_network, _layouts, _pool, _bytes) = (network, code.Parameters, pool, code.ParameterBytes);
        _counts = new ParameterCounts(network, _layouts.Select(static l => (long)l.Out * l.In * l.Kernel * l.Kernel));
        _pieces = Pieces();
        Store(ParameterStore.Values);
    }

    public float* Values => Store(ParameterStore.Values);

    /// Zeros at first.
    public float* Gradients => Store(ParameterStore.Gradients);

    /// Bytes that the stores take now.
    public long Bytes => _stores.Sum(static s => s?.Bytes ?? 0);

    public void Read(ParameterStore store, int parameter, Span<float> values)
    {
        _counts.Check(parameter, values.Length);
        if (_stores[(int)store] is null)
        {
            values.Clear();
            return;
        }
        fixed (float* canonical = values) ParameterPacking.Unpack(_pool, _layouts[parameter], Store(store), canonical);
    }

    public void Write(ParameterStore store, int parameter, ReadOnlySpan<float> values)
    {
        _counts.Check(parameter, values.Length);
        fixed (float* canonical = values) ParameterPacking.Pack(_pool, _layouts[parameter], canonical, Store(store));
    }

    /// Caffe's SGD (sgd_solver.cpp: Normalize, Regularize, ComputeUpdateValue; Blob::Update), parameters of rate 0 left alone.
    /// Products and sums are rounded one by one, never fused: the result is the same bits on every machine and for any number of threads.
    public void Update(in SolverStep step)
    {
        fixed (Piece* pieces = _pieces)
        {
            var frame = new UpdateFrame(pieces, Gradients, Store(ParameterStore.Momentum), Values, step);
            _pool.Run("update", &UpdatePiece, &frame, _pieces.Length);
        }
    }

    public void Dispose() => Release.All(_stores);

    private static void UpdatePiece(void* argument, int item)
    {
        var frame = (UpdateFrame*)argument;
        var piece = frame->Pieces + item;
        var scale = new Vector<float>(frame->Step.GradientScale);
        var decay = new Vector<float>(frame->Step.Decay * piece->Decay);
        var momentum = new Vector<float>(frame->Step.Momentum);
        var rate = new Vector<float>(frame->Step.Rate * piece->Rate);
        float* gradients = frame->Gradients + piece->Offset;
        float* velocities = frame->Momentum + piece->Offset;
        float* values = frame->Values + piece->Offset;
        // Parameters take a multiple of 16 floats: no vector is cut.
        for (long i = 0; i < piece->Length; i += Vector<float>.Count)
        {
            var value = Vector.Load(values + i);
            var gradient = scale * Vector.Load(gradients + i) + decay * value;
            var velocity = momentum * Vector.Load(velocities + i) + rate * gradient;
            velocity.Store(velocities + i);
            (value - velocity).Store(values + i);
        }
    }

    private Piece[] Pieces()
    {
        var pieces = new List<Piece>();
        for (int i = 0; i < _layouts.Count; i++)
        {
            var (layout, parameter) = (_layouts[i], _network.Parameters[i]);
            if (parameter.Rate == 0) continue;
            for (long at = 0; at < layout.Length; at += PieceFloats)
            {
                pieces.Add(new Piece(layout.Offset + at, Math.Min(PieceFloats, layout.Length - at), parameter.Rate, parameter.Decay));
            }
        }
        return [.. pieces];
    }

    private float* Store(ParameterStore store)
    {
        var block = _stores[(int)store];
        if (block is null)
        {
            block = new NativeBlock(_bytes, _counts.Take(store), Remedy(store));
            _stores[(int)store] = block;
        }
        return (float*)block.Address;
    }

    private static string Remedy(ParameterStore store) => store switch
    {
        ParameterStore.Values => "Close other programs or declare narrower layers.",
        ParameterStore.Gradients or ParameterStore.Momentum => "Training takes three times the memory of the parameters and more.",
    };

    private readonly record struct Piece(long Offset, long Length, float Rate, float Decay);

    private readonly struct UpdateFrame(Piece* pieces, float* gradients, float* momentum, float* values, SolverStep step)
    {
        public readonly Piece* Pieces = pieces;
        public readonly float* Gradients = gradients;
        public readonly float* Momentum = momentum;
        public readonly float* Values = values;
        public readonly SolverStep Step = step;
    }
}
