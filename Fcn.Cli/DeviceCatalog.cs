// The kinds of devices a tool knows → what --device takes, in words, and which kind a text names.
namespace Fcn.Cli;

sealed class DeviceCatalog
{
    /// Left to the tool: a GPU where there is one, else the CPU.
    public const string Auto = "auto";

    readonly DeviceKind[] kinds;

    /// <exception cref="ArgumentException">Two kinds have one name, or one has that of another word.</exception>
    public DeviceCatalog(IEnumerable<DeviceKind> added)
    {
        kinds = [DeviceKind.Cpu, DeviceKind.Cuda, DeviceKind.Ilgpu, .. added];
        string[] names = [Auto, .. kinds.Select(static k => k.Name)];
        if (names.Distinct().Count() < names.Length)
            throw new ArgumentException($"Kinds of devices need names of their own; these are {string.Join(", ", names)}.");
    }

    /// auto, cpu, cuda[:n], ilgpu[:cuda|opencl|cpu]
    public string Forms => string.Join(", ", All);

    /// The kind and what was chosen of it; null for auto.
    /// <exception cref="FcnException">The text names no device that this tool knows.</exception>
    public (DeviceKind Kind, string Choice)? Find(string text)
    {
        if (text == Auto) return null;
        foreach (DeviceKind kind in kinds)
        {
            if (kind.Choice(text) is { } choice) return (kind, choice);
        }
        throw new FcnException(Mistake(text)!);
    }

    /// What is wrong with a text that names no device that this tool knows; null where it names one.
    public string? Mistake(string text)
    {
        if (text == Auto || Array.Exists(kinds, k => k.Choice(text) is not null)) return null;
        return $"--device {text}: expected {string.Join(", ", All[..^1])} or {All[^1]}.";
    }

    string[] All => [Auto, .. kinds.Select(static k => k.Form)];
}
