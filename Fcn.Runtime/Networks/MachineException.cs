namespace Fcn;

/// <summary>
/// The machine lacks what the work needs: memory, a library, access to a file. What was to be done is not at fault: another time it may
/// succeed, so no example of a data set is skipped for it.
/// </summary>
/// <param name="message">What is lacking, for what, the way out.</param>
/// <param name="inner">Its cause.</param>
public class MachineException(string message, Exception? inner = null) : FcnException(message, inner);
