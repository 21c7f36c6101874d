using Fcn.Cli.Output;

namespace Fcn.Cli;

/// What every verb is given.
sealed record Session(NetworkCatalog Networks, Terminal Terminal, CancellationToken Cancellation)
{
    /// A verb ended early but in order: everything is saved.
    public bool WasInterrupted { get; set; }
}
