namespace Fcn;

/// <summary>
/// Scores or a loss are not finite: the network's weights are too large, or its training has diverged. No label or metric can be taken
/// from them.
/// </summary>
/// <param name="message">What is not finite and where, the likely cause, the way out.</param>
/// <param name="inner">Its cause.</param>
public sealed class NotFiniteException(string message, Exception? inner = null)
    : FcnException(message, inner);
