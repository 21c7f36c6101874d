namespace Fcn.Tests.Ptx;

/// <summary>What a kernel did wrong: kernel, line, block, thread, and the address relative to its buffer.</summary>
internal sealed class PtxFault(string message) : Exception(message);
