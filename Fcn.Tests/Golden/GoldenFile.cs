using Fcn.Weights;

namespace Fcn.Tests.Golden;

// Numbers that PyTorch computed. The large set lies beside the repository where the project is developed (../shared/golden), the small one,
// made by make.py, beside this file: what a checkout alone can be tested with.
internal sealed partial class GoldenFile
{
    private readonly Dictionary<string, (int[] Shape, double[] Values)> _tensors = [];

    private GoldenFile(string path)
    {
        using var reader = SafetensorsReader.Open(path);
        foreach (var (name, entry) in reader.Tensors)
        {
            var floats = new float[entry.Count];
            if (entry.Type == ElementType.U8)
            {
                var bytes = new byte[entry.Count];
                reader.Read(name, bytes);
                for (int i = 0; i < bytes.Length; i++) floats[i] = bytes[i];
            }
            else reader.Read(name, floats);
            _tensors[name] = ([.. entry.Shape.Select(s => (int)s)], Array.ConvertAll(floats, v => (double)v));
        }
        Settings = reader.Metadata;
    }

    public IReadOnlyDictionary<string, string> Settings { get; }

    public IEnumerable<string> Names => _tensors.Keys;

    public static GoldenFile Open(string path) => new(path);

    public bool Has(string name) => _tensors.ContainsKey(name);

    public int[] Shape(string name) => _tensors[name].Shape;

    public double[] this[string name] => _tensors[name].Values;
}
