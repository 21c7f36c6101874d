namespace Fcn;

/// <summary>
/// A compiled network. The generator derives every class annotated with <see cref="FcnAttribute"/> from it.
/// Owns the memory of its parameters; not thread-safe.
/// </summary>
public abstract class Network : IDisposable
{
    /// <summary>A network on an engine.</summary>
    protected Network(NetworkSummary description, Engine engine) => (Description, Engine) = (description, engine);

    /// <summary>The layer table; the same as the generated static <c>Summary</c>.</summary>
    public NetworkSummary Description { get; }

    /// <summary>The network's parameters and kernels on its device.</summary>
    public Engine Engine { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Engine.Dispose();
        GC.SuppressFinalize(this);
    }
}
