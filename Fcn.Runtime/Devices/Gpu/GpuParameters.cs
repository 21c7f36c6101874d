using Fcn.Devices.Cuda;

namespace Fcn.Devices.Gpu;

// Parameters, gradients and momentum: three flat memories of one layout on the card, the last two only when training asks for them. They
// cross to the host in canonical order (o, i, a, b), slice by slice; on the card the order is [o][a][b][i].
internal sealed unsafe class GpuParameters : IDisposable
{
    private const string RemedyOfTraining = "Training takes three times the memory of the parameters and more.";

    private const int Tile = 16;

    private readonly NetworkSummary _network;
    private readonly ParameterCounts _counts;
    private readonly IReadOnlyList<CudaParameter> _places;
    private readonly GpuContext _context;
    private readonly GpuStaging _staging;
    private readonly nint _stream;
    private readonly long _floats;
    private readonly GpuBlock?[] _stores = new GpuBlock?[3];
    private GpuBlock? _multipliers;
    private bool _trains;

    /// <param name="network">The layer table.</param>
    /// <param name="program">Places of the parameters.</param>
    /// <param name="context">The card; current.</param>
    /// <param name="staging">Copies on <paramref name="stream"/>.</param>
    /// <param name="stream">Zeros are written here.</param>
    public GpuParameters(NetworkSummary network, CudaProgram program, GpuContext context, GpuStaging staging, nint stream)
    {
        (_network, _places, _context, _staging, _stream) = (network, program.Parameters, context, staging, stream);
        _counts = new ParameterCounts(network, _places.Select(static p => p.Length));
        _floats = program.ParameterFloats;
        Store(ParameterStore.Values);
    }

    /// Bytes of one output channel of the widest parameter: what is reordered at once.
    public static long LargestUnit(CudaProgram program) => program.Parameters.Select(Unit).DefaultIfEmpty(0).Max();

    public ulong Values => _stores[(int)ParameterStore.Values]!.Address;

    /// The following are 0 before <see cref="Train"/>.
    public ulong Gradients => _stores[(int)ParameterStore.Gradients]?.Address ?? 0;

    public ulong Momentum => _stores[(int)ParameterStore.Momentum]?.Address ?? 0;

    /// Rate and decay multiplier of every block of parameter memory.
    public ulong Multipliers => _multipliers?.Address ?? 0;

    public int Blocks => checked((int)(_floats / CudaParameter.Unit));

    /// Allocates what training needs, all at once: what is left for activations is known afterwards.
    public void Train()
    {
        if (_trains) return;
        Store(ParameterStore.Gradients);
        Store(ParameterStore.Momentum);
        var table = new float[2 * Blocks];
        for (int i = 0; i < _places.Count; i++)
        {
            var (rate, decay) = (_network.Parameters[i].Rate, _network.Parameters[i].Decay);
            long first = _places[i].Offset / CudaParameter.Unit, count = _places[i].Reserved / CudaParameter.Unit;
            for (long b = first; b < first + count; b++) (table[2 * b], table[2 * b + 1]) = (rate, decay);
        }
        long bytes = (long)table.Length * sizeof(float);
        _multipliers ??= new GpuBlock(_context, bytes, "The solver's multipliers take", static _ => RemedyOfTraining);
        fixed (float* from = table) _staging.Upload(_multipliers.Address, (byte*)from, _multipliers.Bytes);
        _trains = true;
    }

    /// Waits for the values; kernels that write them must be done.
    public void Read(ParameterStore store, int parameter, Span<float> values)
    {
        _counts.Check(parameter, values.Length);
        if (_stores[(int)store] is not { } memory)
        {
            values.Clear();
            return;
        }
        var place = _places[parameter];
        fixed (float* first = values)
        {
            float* canonical = first;
            _staging.Download(
                Address(memory, place), place.Length * sizeof(float), Unit(place),
                (slot, at, bytes) => ToCanonical(place, slot, canonical, at, bytes));
        }
    }

    /// Queues the copy; kernels that read them must be done.
    public void Write(ParameterStore store, int parameter, ReadOnlySpan<float> values)
    {
        _counts.Check(parameter, values.Length);
        var place = _places[parameter];
        fixed (float* first = values)
        {
            float* canonical = first;
            _staging.Upload(
                Address(Store(store), place), place.Length * sizeof(float), Unit(place),
                (slot, at, bytes) => ToCard(place, slot, canonical, at, bytes));
        }
    }

    public void Dispose()
    {
        Release.All([.. _stores, _multipliers]);
    }

    private static long Unit(CudaParameter place) => (long)place.In * place.Kernel * place.Kernel * sizeof(float);

    private static ulong Address(GpuBlock memory, CudaParameter place) => memory.Address + (ulong)(place.Offset * sizeof(float));

    // Whole output channels: a matrix of (inputs, positions) each, transposed, on all threads.
    private static void ToCard(CudaParameter place, byte* slot, float* canonical, long at, long bytes)
    {
        float* from = canonical + at / sizeof(float), to = (float*)slot;
        int inputs = place.In, area = place.Kernel * place.Kernel;
        long unit = (long)inputs * area;
        if (area == 1 || inputs == 1) GpuStaging.Copy(slot, (byte*)from, bytes);
        else Parallel.For(0, (int)(bytes / Unit(place)), o => Transpose(from + o * unit, to + o * unit, inputs, area));
    }

    private static void ToCanonical(CudaParameter place, byte* slot, float* canonical, long at, long bytes)
    {
        float* from = (float*)slot, to = canonical + at / sizeof(float);
        int inputs = place.In, area = place.Kernel * place.Kernel;
        long unit = (long)inputs * area;
        if (area == 1 || inputs == 1) GpuStaging.Copy((byte*)to, slot, bytes);
        else Parallel.For(0, (int)(bytes / Unit(place)), o => Transpose(from + o * unit, to + o * unit, area, inputs));
    }

    // (rows, columns) → (columns, rows). A tile of 16 rows or columns lies in the nearest cache, and whole lines are written (or read).
    private static void Transpose(float* from, float* to, int rows, int columns)
    {
        for (int row = 0; row < rows; row += Tile)
        {
            int lastRow = Math.Min(rows, row + Tile);
            for (int column = 0; column < columns; column += Tile)
            {
                int lastColumn = Math.Min(columns, column + Tile);
                for (int c = column; c < lastColumn; c++)
                {
                    for (int r = row; r < lastRow; r++) to[(long)c * rows + r] = from[(long)r * columns + c];
                }
            }
        }
    }

    private GpuBlock Store(ParameterStore store) =>
        _stores[(int)store] ??=
            new GpuBlock(_context, _floats * sizeof(float), _counts.Take(store), _ => Remedy(store)).Filled(0, _stream);

    private static string Remedy(ParameterStore store) => store switch
    {
        ParameterStore.Values => "Close other programs that use the GPU, or declare narrower layers.",
        ParameterStore.Gradients or ParameterStore.Momentum => RemedyOfTraining,
    };
}
