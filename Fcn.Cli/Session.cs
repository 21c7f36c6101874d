using Fcn.Cli.Output;

namespace Fcn.Cli;

/// What every verb is given.
sealed record Session(NetworkCatalog Networks, DeviceCatalog Devices, Terminal Terminal, CancellationToken Cancellation)
{
    /// A verb ended early but in order: everything is saved.
    public bool WasInterrupted { get; set; }

    /// What is odd about the photographs that are read.
    public WarningLog Warnings { get; } = new(Terminal);
}
