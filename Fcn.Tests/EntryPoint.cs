using Fcn.Cli;
using Fcn.Tests.Training;

namespace Fcn.Tests;

/// <summary>The test assembly as a program: what a test has to do in a process of its own, because it kills that process.</summary>
static class EntryPoint
{
    static int Main(string[] args)
    {
        switch (args)
        {
            case ["train", string folder, string iterations]:
                KilledRun.Train(folder, long.Parse(iterations, System.Globalization.CultureInfo.InvariantCulture));
                return 0;
            case ["fcn", .. string[] arguments]:
                return FcnTool.Run(arguments, PaperNetworks.All);
            default:
                Console.Error.WriteLine("usage: Fcn.Tests train FOLDER ITERATIONS, or Fcn.Tests fcn ARGUMENTS");
                return 2;
        }
    }
}
