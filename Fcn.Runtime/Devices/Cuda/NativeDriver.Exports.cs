using System.Runtime.InteropServices;

namespace Fcn.Devices.Cuda;

// The driver's functions as they lie in its library (cuda.h; CUresult is int, CUdevice int, CUdeviceptr ulong, handles nint). The suffix
// _v2 matters: what the header calls cuMemAlloc is exported as cuMemAlloc_v2, and the bare name is a 32-bit relic.
internal sealed unsafe partial class NativeDriver
{
    private readonly delegate* unmanaged<uint, int> _init;
    private readonly delegate* unmanaged<int*, int> _driverGetVersion;
    private readonly delegate* unmanaged<int, byte**, int> _getErrorName;
    private readonly delegate* unmanaged<int, byte**, int> _getErrorString;
    private readonly delegate* unmanaged<int*, int> _deviceGetCount;
    private readonly delegate* unmanaged<int*, int, int> _deviceGet;
    private readonly delegate* unmanaged<byte*, int, int, int> _deviceGetName;
    private readonly delegate* unmanaged<int*, int, int, int> _deviceGetAttribute;
    private readonly delegate* unmanaged<nint*, int, int> _primaryCtxRetain;
    private readonly delegate* unmanaged<int, int> _primaryCtxRelease;
    private readonly delegate* unmanaged<nint, int> _ctxSetCurrent;
    private readonly delegate* unmanaged<ulong*, nuint, int> _memAlloc;
    private readonly delegate* unmanaged<ulong, int> _memFree;
    private readonly delegate* unmanaged<nuint*, nuint*, int> _memGetInfo;
    private readonly delegate* unmanaged<void**, nuint, int> _memAllocHost;
    private readonly delegate* unmanaged<void*, int> _memFreeHost;
    private readonly delegate* unmanaged<ulong, void*, nuint, nint, int> _memcpyHtoDAsync;
    private readonly delegate* unmanaged<void*, ulong, nuint, nint, int> _memcpyDtoHAsync;
    private readonly delegate* unmanaged<ulong, byte, nuint, nint, int> _memsetD8Async;
    private readonly delegate* unmanaged<uint, uint*, void**, nint*, int> _linkCreate;
    private readonly delegate* unmanaged<nint, int, void*, nuint, byte*, uint, uint*, void**, int> _linkAddData;
    private readonly delegate* unmanaged<nint, void**, nuint*, int> _linkComplete;
    private readonly delegate* unmanaged<nint, int> _linkDestroy;
    private readonly delegate* unmanaged<nint*, void*, int> _moduleLoadData;
    private readonly delegate* unmanaged<nint, int> _moduleUnload;
    private readonly delegate* unmanaged<nint*, nint, byte*, int> _moduleGetFunction;
    private readonly delegate* unmanaged<int*, int, nint, int> _funcGetAttribute;
    private readonly delegate* unmanaged<nint, int, int, int> _funcSetAttribute;
    private readonly delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, int> _launchKernel;
    private readonly delegate* unmanaged<nint*, uint, int> _streamCreate;
    private readonly delegate* unmanaged<nint, int> _streamDestroy;
    private readonly delegate* unmanaged<nint, int> _streamSynchronize;
    private readonly delegate* unmanaged<nint, nint, uint, int> _streamWaitEvent;
    private readonly delegate* unmanaged<nint*, uint, int> _eventCreate;
    private readonly delegate* unmanaged<nint, int> _eventDestroy;
    private readonly delegate* unmanaged<nint, nint, int> _eventRecord;
    private readonly delegate* unmanaged<nint, int> _eventSynchronize;
    private readonly delegate* unmanaged<float*, nint, nint, int> _eventElapsedTime;

    // Null in old drivers.
    private readonly delegate* unmanaged<int*, nint, int, nuint, int> _occupancy;
    private readonly delegate* unmanaged<nint, int, int> _streamBeginCapture;
    private readonly delegate* unmanaged<nint, nint*, int> _streamEndCapture;
    private readonly delegate* unmanaged<nint*, nint, ulong, int> _graphInstantiate;
    private readonly delegate* unmanaged<nint, nint, int> _graphLaunch;
    private readonly delegate* unmanaged<nint, int> _graphExecDestroy;
    private readonly delegate* unmanaged<nint, int> _graphDestroy;

    private NativeDriver(nint library)
    {
        _init = (delegate* unmanaged<uint, int>)Export("cuInit");
        _driverGetVersion = (delegate* unmanaged<int*, int>)Export("cuDriverGetVersion");
        _getErrorName = (delegate* unmanaged<int, byte**, int>)Export("cuGetErrorName");
        _getErrorString = (delegate* unmanaged<int, byte**, int>)Export("cuGetErrorString");
        _deviceGetCount = (delegate* unmanaged<int*, int>)Export("cuDeviceGetCount");
        _deviceGet = (delegate* unmanaged<int*, int, int>)Export("cuDeviceGet");
        _deviceGetName = (delegate* unmanaged<byte*, int, int, int>)Export("cuDeviceGetName");
        _deviceGetAttribute = (delegate* unmanaged<int*, int, int, int>)Export("cuDeviceGetAttribute");
        _primaryCtxRetain = (delegate* unmanaged<nint*, int, int>)Export("cuDevicePrimaryCtxRetain");
        _primaryCtxRelease = (delegate* unmanaged<int, int>)Export("cuDevicePrimaryCtxRelease_v2", "cuDevicePrimaryCtxRelease");
        _ctxSetCurrent = (delegate* unmanaged<nint, int>)Export("cuCtxSetCurrent");
        _memAlloc = (delegate* unmanaged<ulong*, nuint, int>)Export("cuMemAlloc_v2");
        _memFree = (delegate* unmanaged<ulong, int>)Export("cuMemFree_v2");
        _memGetInfo = (delegate* unmanaged<nuint*, nuint*, int>)Export("cuMemGetInfo_v2");
        _memAllocHost = (delegate* unmanaged<void**, nuint, int>)Export("cuMemAllocHost_v2");
        _memFreeHost = (delegate* unmanaged<void*, int>)Export("cuMemFreeHost");
        _memcpyHtoDAsync = (delegate* unmanaged<ulong, void*, nuint, nint, int>)Export("cuMemcpyHtoDAsync_v2");
        _memcpyDtoHAsync = (delegate* unmanaged<void*, ulong, nuint, nint, int>)Export("cuMemcpyDtoHAsync_v2");
        _memsetD8Async = (delegate* unmanaged<ulong, byte, nuint, nint, int>)Export("cuMemsetD8Async");
        _linkCreate = (delegate* unmanaged<uint, uint*, void**, nint*, int>)Export("cuLinkCreate_v2");
        _linkAddData = (delegate* unmanaged<nint, int, void*, nuint, byte*, uint, uint*, void**, int>)Export("cuLinkAddData_v2");
        _linkComplete = (delegate* unmanaged<nint, void**, nuint*, int>)Export("cuLinkComplete");
        _linkDestroy = (delegate* unmanaged<nint, int>)Export("cuLinkDestroy");
        _moduleLoadData = (delegate* unmanaged<nint*, void*, int>)Export("cuModuleLoadData");
        _moduleUnload = (delegate* unmanaged<nint, int>)Export("cuModuleUnload");
        _moduleGetFunction = (delegate* unmanaged<nint*, nint, byte*, int>)Export("cuModuleGetFunction");
        _funcGetAttribute = (delegate* unmanaged<int*, int, nint, int>)Export("cuFuncGetAttribute");
        _funcSetAttribute = (delegate* unmanaged<nint, int, int, int>)Export("cuFuncSetAttribute");
        _launchKernel =
            (delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, int>)Export("cuLaunchKernel");
        _streamCreate = (delegate* unmanaged<nint*, uint, int>)Export("cuStreamCreate");
        _streamDestroy = (delegate* unmanaged<nint, int>)Export("cuStreamDestroy_v2");
        _streamSynchronize = (delegate* unmanaged<nint, int>)Export("cuStreamSynchronize");
        _streamWaitEvent = (delegate* unmanaged<nint, nint, uint, int>)Export("cuStreamWaitEvent");
        _eventCreate = (delegate* unmanaged<nint*, uint, int>)Export("cuEventCreate");
        _eventDestroy = (delegate* unmanaged<nint, int>)Export("cuEventDestroy_v2");
        _eventRecord = (delegate* unmanaged<nint, nint, int>)Export("cuEventRecord");
        _eventSynchronize = (delegate* unmanaged<nint, int>)Export("cuEventSynchronize");
        _eventElapsedTime = (delegate* unmanaged<float*, nint, nint, int>)Export("cuEventElapsedTime");

        _occupancy = (delegate* unmanaged<int*, nint, int, nuint, int>)Optional("cuOccupancyMaxActiveBlocksPerMultiprocessor");
        _streamBeginCapture = (delegate* unmanaged<nint, int, int>)Optional("cuStreamBeginCapture_v2");
        _streamEndCapture = (delegate* unmanaged<nint, nint*, int>)Optional("cuStreamEndCapture");
        _graphInstantiate = (delegate* unmanaged<nint*, nint, ulong, int>)Optional("cuGraphInstantiateWithFlags");
        _graphLaunch = (delegate* unmanaged<nint, nint, int>)Optional("cuGraphLaunch");
        _graphExecDestroy = (delegate* unmanaged<nint, int>)Optional("cuGraphExecDestroy");
        _graphDestroy = (delegate* unmanaged<nint, int>)Optional("cuGraphDestroy");

        nint Optional(string name) => NativeLibrary.TryGetExport(library, name, out nint address) ? address : 0;

        nint Export(params ReadOnlySpan<string> names)
        {
            foreach (string name in names)
            {
                if (Optional(name) is not 0 and var address) return address;
            }
            throw new FcnException($"the NVIDIA driver has no {names[0]}: it is too old; {CudaSearch.NeededDriver}");
        }
    }
}
