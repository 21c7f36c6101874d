// What one run was asked for: defaults, then the JSON file of --config, then options. The resolved one is written to config.json, with
// whole paths.
using System.Text.Json.Serialization;
using Fcn.Data;
using Fcn.Devices.Cpu;
using Fcn.Devices.Cuda;
using Fcn.Imaging;
using Fcn.Training;

namespace Fcn.Cli.Settings;

/// What every verb that leaves a run folder has.
class RunConfig
{
    /// A name of the catalog.
    public string Network { get; set; } = "";

    /// Name of the run's folder; the network's name where empty.
    public string Name { get; set; } = "";

    /// Folder of all runs.
    [JsonConverter(typeof(PathConverter))]
    public string Runs { get; set; } = "runs";

    /// auto, cpu, cuda, cuda:1, or what the program adds.
    public string Device { get; set; } = DeviceCatalog.Auto;

    /// How a GPU multiplies; null for fp32.
    public CudaPrecision? Precision { get; set; }

    /// 0 for one per core.
    public int Threads { get; set; }

    /// Null for the best of this machine.
    public SimdLevel? Simd { get; set; }
}

/// What the verbs have that read photographs and weights of others.
class PhotographConfig : RunConfig
{
    public SixteenBit SixteenBit { get; set; }

    /// What is taken off the names in a file of weights.
    public string StripPrefix { get; set; } = "";
}

/// fcn demo
sealed class DemoConfig : RunConfig
{
    // Mean IU about 0.93. Half as many updates of twice as many scenes reach 0.90 in the same time.
    public int Iterations { get; set; } = 1800;

    public ulong Seed { get; set; } = 1337;
}

/// fcn train
sealed class TrainConfig : DataConfig
{
    public string TrainSplit { get; set; } = "train";

    /// Empty for no validation.
    public string ValSplit { get; set; } = "val";

    [JsonConverter(typeof(PathConverter))]
    public string InitFrom { get; set; } = "";

    public PixelSize? Size { get; set; }

    public int Batch { get; set; } = 1;

    public long Iterations { get; set; } = 1000;

    public double Rate { get; set; } = 1e-3;

    public PolicyKind Policy { get; set; } = PolicyKind.Fixed;

    public double Gamma { get; set; } = 0.1;

    public long StepSize { get; set; } = 1000;

    public double Power { get; set; } = 0.9;

    /// Updates until poly reaches zero. It is the run's length when the run begins, and stays when that is made longer.
    public long PolyLength { get; set; }

    public double Momentum { get; set; } = 0.9;

    public double Decay { get; set; } = 5e-4;

    public int IterSize { get; set; } = 1;

    public LossMode Loss { get; set; } = LossMode.Mean;

    public SampleOrder Order { get; set; } = SampleOrder.Shuffled;

    public bool Mirror { get; set; }

    public double MinScale { get; set; } = 1;

    public double MaxScale { get; set; } = 1;

    public PixelSize? Crop { get; set; }

    /// 0 for one validation at the end.
    public long ValEvery { get; set; }

    public long SaveEvery { get; set; } = 1000;

    public long LogEvery { get; set; } = 20;

    public ulong Seed { get; set; } = 1337;

    /// Overlays of validation images after training.
    public int Overlays { get; set; } = 4;
}

/// fcn val
sealed class ValConfig : DataConfig
{
    public string Split { get; set; } = "val";

    [JsonConverter(typeof(PathConverter))]
    public string Weights { get; set; } = "";

    public PixelSize? Size { get; set; }

    public int Overlays { get; set; } = 8;
}

/// fcn predict
sealed class PredictConfig : PhotographConfig
{
    [JsonConverter(typeof(PathsConverter))]
    public string[] Inputs { get; set; } = [];

    [JsonConverter(typeof(PathConverter))]
    public string Weights { get; set; } = "";

    /// File with the names of the classes; those of the catalog where empty.
    [JsonConverter(typeof(PathConverter))]
    public string Classes { get; set; } = "";

    /// Share of the class colour in overlays.
    public double Alpha { get; set; } = 0.5;

    public bool Scores { get; set; }
}

/// fcn benchmark
sealed class BenchmarkConfig : RunConfig
{
    public PixelSize Size { get; set; } = new(500, 500);

    public BenchmarkMode Mode { get; set; } = BenchmarkMode.Segment;

    public int Batch { get; set; } = 1;

    public int WarmUp { get; set; } = 2;

    public int Repeats { get; set; } = 10;

    public bool Layers { get; set; }
}

/// How the learning rate falls.
enum PolicyKind
{
    Fixed,
    Step,
    Poly,
}

/// What is timed.
enum BenchmarkMode
{
    Segment,
    Train,
}
