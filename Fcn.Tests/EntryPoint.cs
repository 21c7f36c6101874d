using Fcn.Tests.Training;

namespace Fcn.Tests;

/// <summary>The test assembly as a program: what a test has to do in a process of its own, because it kills that process.</summary>
static class EntryPoint
{
    static int Main(string[] args)
    {
        if (args is not ["train", string folder, string iterations])
        {
            Console.Error.WriteLine("usage: Fcn.Tests train FOLDER ITERATIONS");
            return 2;
        }
        KilledRun.Train(folder, long.Parse(iterations, System.Globalization.CultureInfo.InvariantCulture));
        return 0;
    }
}
