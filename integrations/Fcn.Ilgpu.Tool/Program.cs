// fcn with ILGPU: the same verbs and networks, and --device ilgpu. A program with networks of its own has the same line.
using Fcn.Cli;
using Fcn.Devices.Ilgpu;

return FcnTool.Run(
    args, PaperNetworks.All, new DeviceKind("ilgpu", ["cuda", "opencl", "cpu"], static r => IlgpuDevice.Open(r.Choice, r.Precision)));
