namespace Fcn.Cli;

/// The command line itself is wrong, whatever files there are: the tool ends with 2 and shows where help is.
sealed class UsageException(string message) : FcnException(message);
