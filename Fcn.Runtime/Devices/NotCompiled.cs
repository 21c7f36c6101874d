namespace Fcn.Devices;

// What was left out when a network was compiled and is asked for at run time: the exception names the MSBuild property that brings it in.
internal static class NotCompiled
{
    public static FcnException Target(string network, string machines, string word) => new(
        $"{network} was compiled without kernels for {machines}. Add '{word}' to the property FcnTargets of the project that declares it.");

    public static FcnException Mode(string network, RunMode mode) => mode == RunMode.Training
        ? new($"{network} was compiled without its training mode. Add 'training' to the property FcnModes of the project that declares it.")
        : new($"{network} was compiled without its inference modes. Add 'inference' to the property FcnModes of the project that declares it.");
}
