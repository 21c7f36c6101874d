namespace Fcn.Weights;

/// <summary>A network's parameters as a safetensors file. Values cross in canonical order, one parameter at a time.</summary>
public static class WeightFile
{
    /// <summary>Writes all parameters.</summary>
    /// <param name="path">The file; its folder exists.</param>
    /// <param name="parameters">Names and shapes (<see cref="NetworkSummary.Parameters"/>).</param>
    /// <param name="read">Copies parameter i out: <c>(i, values) => engine.Read(ParameterStore.Values, i, values)</c>.</param>
    /// <param name="metadata">Notes for the file, or null.</param>
    /// <exception cref="FcnException">The file cannot be written.</exception>
    public static void Save(string path, IReadOnlyList<ParameterSummary> parameters, Action<int, Span<float>> read,
        IReadOnlyDictionary<string, string>? metadata = null) => throw new NotImplementedException();

    /// <summary>Replaces all parameters; the file must hold exactly them. Nothing is written before all names and shapes were found to match.</summary>
    /// <param name="path">The file.</param>
    /// <param name="parameters">Names and shapes of the network.</param>
    /// <param name="write">Replaces parameter i: <c>(i, values) => engine.Write(ParameterStore.Values, i, values)</c>.</param>
    /// <exception cref="FcnException">The file cannot be read, or tensors are missing, surplus or misshapen: all are listed.</exception>
    public static void Load(string path, IReadOnlyList<ParameterSummary> parameters, Action<int, ReadOnlySpan<float>> write) => throw new NotImplementedException();

    /// <summary>Replaces those parameters that the file holds under the same name and with the same shape; the others are left as they are.</summary>
    /// <param name="path">The file.</param>
    /// <param name="parameters">Names and shapes of the network.</param>
    /// <param name="write">Replaces parameter i.</param>
    /// <returns>What was copied, skipped and left.</returns>
    /// <exception cref="FcnException">The file cannot be read, or nothing in it matches.</exception>
    public static InitReport InitFrom(string path, IReadOnlyList<ParameterSummary> parameters, Action<int, ReadOnlySpan<float>> write) => throw new NotImplementedException();
}
