using Fcn.Devices.Schedules;

namespace Fcn.Devices.Cpu;

// Parameters in other forms than that in which they are learned (flipped for the gradients of inputs): a mode writes them when the values have changed,
// into memory that lasts as long as the engine and is taken when it is first needed.
internal sealed unsafe class CpuPrepared : IDisposable
{
    private readonly string _network;
    private readonly ArenaPlan _plan = new();
    private readonly ScheduleFrame _frame;
    private readonly CpuKernel[] _kernels;
    private NativeBlock? _memory;

    public CpuPrepared(NetworkSummary network, CpuProgram code, string mode)
    {
        _network = network.Name;
        var table = code.Table(network.Name);
        var schedule = table.Find(mode) ?? new Schedule(mode, 1).Complete();
        _kernels = code.KernelsOf(network.Name, schedule);
        _frame = new ScheduleFrame(schedule, _plan);
        _frame.Measure(network.Name, 1, 1);
    }

    public long Bytes => _plan.Bytes;

    /// What was written does not belong to the present values.
    public bool IsStale { get; set; } = true;

    /// Makes a run's frame read what is prepared, after writing it anew where that is needed.
    public void Provide(ScheduleFrame frame, float* parameters, CpuPool pool, SimdLevel level)
    {
        if (_kernels.Length == 0) return;
        if (IsStale) Write(parameters, pool, level);
        var buffers = _frame.Schedule.Buffers;
        for (int i = 0; i < buffers.Count; i++) frame.Set(buffers[i].Name, _frame[buffers[i].Name]);
    }

    public void Dispose() => Release.All([_memory, _frame]);

    private void Write(float* parameters, CpuPool pool, SimdLevel level)
    {
        if (_memory is null)
        {
            _memory = new NativeBlock(_plan.Bytes, $"The prepared parameters of {_network} take", "Close other programs or declare narrower layers.");
            _frame.Place(buffer => (long)_memory.Address + _plan.Offset(buffer));
        }
        _frame.Set("Parameters", (long)parameters);
        var launches = _frame.Schedule.Launches;
        for (int i = 0; i < _kernels.Length; i++) pool.Run(launches[i].Label, _kernels[i].For(level), _frame.Arguments(i), (int)_frame.Items(i));
        IsStale = false;
    }
}
