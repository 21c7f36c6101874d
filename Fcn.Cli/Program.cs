// A program with networks of its own has the same line with its own catalog.
using Fcn.Cli;

return FcnTool.Run(args, PaperNetworks.All);
