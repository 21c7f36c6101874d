// The functions of the NVIDIA driver that the runtime calls, with the parameters of cuda.h, over the memory of the process: what the
// runtime passes is checked as far as C can, and kernels are called back. NativeDriverTests compiles it. Everything happens at once.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef int CUresult;
typedef int CUdevice;
typedef unsigned long long CUdeviceptr;
typedef struct { char *text; } *CUmodule;
typedef struct { char name[64]; int arguments; int dynamic; } *CUfunction;
typedef struct Launch { CUfunction function; unsigned blocks, threads, shared; uint64_t arguments[32]; struct Launch *next; } Launch;
typedef struct { Launch *first, **last; int capturing; } *CUstream;
typedef struct { Launch *first; } *CUgraph, *CUgraphExec;
typedef struct { long time; } *CUevent;
typedef struct { char *text; char *log; size_t bytes; } *CUlinkState;
typedef void (*Kernel)(const char *name, unsigned blocks, unsigned threads, unsigned shared, const uint64_t *arguments);

enum { INVALID_VALUE = 1, OUT_OF_MEMORY = 2, INVALID_CONTEXT = 201, INVALID_IMAGE = 200, INVALID_PTX = 218, NOT_FOUND = 500 };

static Kernel kernel;
static long live, ticks, launches, graph_launches, refuse_text;
static __thread void *current;
static const char context;

void stub_kernel(Kernel callback) { kernel = callback; }
void stub_refuse_text(int refuse) { refuse_text = refuse; }
long stub_live(void) { return live; }
long stub_graph_launches(void) { return graph_launches; }

#define NEED_CONTEXT if (current != &context) return INVALID_CONTEXT

CUresult cuInit(unsigned flags) { return flags ? INVALID_VALUE : 0; }
CUresult cuDriverGetVersion(int *version) { *version = 12040; return 0; }
CUresult cuGetErrorName(CUresult error, const char **name)
{
    *name = error == INVALID_PTX ? "CUDA_ERROR_INVALID_PTX" : error == INVALID_CONTEXT ? "CUDA_ERROR_INVALID_CONTEXT" : NULL;
    return *name ? 0 : INVALID_VALUE;
}
CUresult cuGetErrorString(CUresult error, const char **text)
{
    *text = error == INVALID_PTX ? "a PTX JIT compilation failed" : NULL;
    return *text ? 0 : INVALID_VALUE;
}
CUresult cuDeviceGetCount(int *count) { *count = 2; return 0; }
CUresult cuDeviceGet(CUdevice *device, int ordinal) { *device = 70 + ordinal; return ordinal < 2 ? 0 : 101; }
CUresult cuDeviceGetName(char *name, int length, CUdevice device)
{
    strncpy(name, device == 70 ? "Stub GPU" : "Other GPU", length);
    return 0;
}
CUresult cuDeviceGetAttribute(int *value, int attribute, CUdevice device)
{
    if (device != 70 && device != 71) return 101;
    switch (attribute)
    {
        case 16: *value = 7; return 0;
        case 75: *value = 8; return 0;
        case 76: *value = 6; return 0;
        case 97: *value = 101376; return 0;
        default: return INVALID_VALUE;
    }
}
CUresult cuDevicePrimaryCtxRetain(void **retained, CUdevice device) { live++; *retained = (void *)&context; return device == 70 ? 0 : 101; }
CUresult cuDevicePrimaryCtxRelease_v2(CUdevice device) { live--; return device == 70 ? 0 : 101; }
CUresult cuCtxSetCurrent(void *given) { current = given; return given == &context ? 0 : INVALID_CONTEXT; }

CUresult cuMemAlloc_v2(CUdeviceptr *address, size_t bytes)
{
    NEED_CONTEXT;
    if (bytes > 1u << 24) return OUT_OF_MEMORY;
    live++;
    *address = (CUdeviceptr)aligned_alloc(256, (bytes + 255) / 256 * 256);
    return 0;
}
CUresult cuMemFree_v2(CUdeviceptr address) { NEED_CONTEXT; live--; free((void *)address); return 0; }
CUresult cuMemGetInfo_v2(size_t *free_bytes, size_t *total) { NEED_CONTEXT; *free_bytes = 3u << 22; *total = 1u << 24; return 0; }
CUresult cuMemAllocHost_v2(void **address, size_t bytes) { NEED_CONTEXT; live++; *address = malloc(bytes); return 0; }
CUresult cuMemFreeHost(void *address) { NEED_CONTEXT; live--; free(address); return 0; }
CUresult cuMemcpyHtoDAsync_v2(CUdeviceptr to, const void *from, size_t bytes, CUstream stream)
{
    NEED_CONTEXT;
    if (!stream || stream->capturing) return INVALID_VALUE;
    memcpy((void *)to, from, bytes);
    return 0;
}
CUresult cuMemcpyDtoHAsync_v2(void *to, CUdeviceptr from, size_t bytes, CUstream stream)
{
    NEED_CONTEXT;
    if (!stream || stream->capturing) return INVALID_VALUE;
    memcpy(to, (void *)from, bytes);
    return 0;
}
CUresult cuMemsetD8Async(CUdeviceptr to, unsigned char value, size_t bytes, CUstream stream)
{
    NEED_CONTEXT;
    if (!stream || stream->capturing) return INVALID_VALUE;
    memset((void *)to, value, bytes);
    return 0;
}

// Options must be the error log's buffer and its size. What is assembled is the text behind a mark.
CUresult cuLinkCreate_v2(unsigned count, int *options, void **values, CUlinkState *state)
{
    NEED_CONTEXT;
    if (count != 2 || options[0] != 5 || options[1] != 6 || (size_t)values[1] != 16384) return INVALID_VALUE;
    live++;
    *state = calloc(1, sizeof **state);
    (*state)->log = values[0];
    return 0;
}
CUresult cuLinkAddData_v2(
    CUlinkState state, int type, void *data, size_t bytes, const char *name, unsigned count, int *options, void **values)
{
    if (type != 1 || count || options || values || ((char *)data)[bytes - 1] || strlen(data) != bytes - 1) return INVALID_VALUE;
    if (refuse_text)
    {
        strcpy(state->log, "ptxas error in ");
        strcat(state->log, name);
        return INVALID_PTX;
    }
    state->bytes = bytes + 4;
    state->text = malloc(state->bytes);
    memcpy(state->text, "STUB", 4);
    memcpy(state->text + 4, data, bytes);
    return 0;
}
CUresult cuLinkComplete(CUlinkState state, void **code, size_t *bytes) { *code = state->text; *bytes = state->bytes; return 0; }
CUresult cuLinkDestroy(CUlinkState state) { live--; free(state->text); free(state); return 0; }

CUresult cuModuleLoadData(CUmodule *module, const void *image)
{
    NEED_CONTEXT;
    if (memcmp(image, "STUB", 4)) return INVALID_IMAGE;
    live++;
    *module = malloc(sizeof **module);
    (*module)->text = strdup((const char *)image + 4);
    return 0;
}
CUresult cuModuleUnload(CUmodule module) { NEED_CONTEXT; live--; free(module->text); free(module); return 0; }
CUresult cuModuleGetFunction(CUfunction *function, CUmodule module, const char *name)
{
    char entry[80] = ".entry ";
    char *at = strstr(module->text, strcat(strcat(entry, name), "("));
    if (!at) return NOT_FOUND;
    *function = calloc(1, sizeof **function); // as long as the process
    strcpy((*function)->name, name);
    (*function)->dynamic = 48 * 1024;
    char *end = strchr(at, ')');
    while ((at = strstr(at, ".param")) && at < end)
    {
        (*function)->arguments++;
        at++;
    }
    return 0;
}
CUresult cuFuncGetAttribute(int *value, int attribute, CUfunction function)
{
    *value = attribute == 4 ? 42 : attribute == 8 ? function->dynamic : 0;
    return 0;
}
CUresult cuFuncSetAttribute(CUfunction function, int attribute, int value)
{
    if (attribute != 8) return INVALID_VALUE;
    function->dynamic = value;
    return 0;
}
CUresult cuOccupancyMaxActiveBlocksPerMultiprocessor(int *blocks, CUfunction function, int threads, size_t shared)
{
    *blocks = (int)(1536 / threads) - (shared > (size_t)function->dynamic);
    return 0;
}

static void run(const Launch *launch)
{
    launches++;
    kernel(launch->function->name, launch->blocks, launch->threads, launch->shared, launch->arguments);
}
CUresult cuLaunchKernel(
    CUfunction function, unsigned blocks, unsigned blocks_y, unsigned blocks_z, unsigned threads, unsigned threads_y, unsigned threads_z,
    unsigned shared, CUstream stream, void **arguments, void **extra)
{
    NEED_CONTEXT;
    if (!stream || extra || blocks_y != 1 || blocks_z != 1 || threads_y != 1 || threads_z != 1) return INVALID_VALUE;
    if (shared > (unsigned)function->dynamic) return INVALID_VALUE;
    Launch *launch = calloc(1, sizeof *launch);
    launch->function = function;
    launch->blocks = blocks;
    launch->threads = threads;
    launch->shared = shared;
    for (int i = 0; i < function->arguments; i++) memcpy(&launch->arguments[i], arguments[i], 8);
    if (stream->capturing)
    {
        *stream->last = launch;
        stream->last = &launch->next;
        return 0;
    }
    run(launch);
    free(launch);
    return 0;
}

CUresult cuStreamCreate(CUstream *stream, unsigned flags)
{
    NEED_CONTEXT;
    live++;
    *stream = calloc(1, sizeof **stream);
    return flags == 1 ? 0 : INVALID_VALUE;
}
CUresult cuStreamDestroy_v2(CUstream stream) { live--; free(stream); return 0; }
CUresult cuStreamSynchronize(CUstream stream) { NEED_CONTEXT; return stream->capturing ? INVALID_VALUE : 0; }
CUresult cuStreamWaitEvent(CUstream stream, CUevent event, unsigned flags) { return stream && event && !flags ? 0 : INVALID_VALUE; }
CUresult cuEventCreate(CUevent *event, unsigned flags)
{
    live++;
    *event = calloc(1, sizeof **event);
    return flags == 0 || flags == 2 ? 0 : INVALID_VALUE;
}
CUresult cuEventDestroy_v2(CUevent event) { live--; free(event); return 0; }
CUresult cuEventRecord(CUevent event, CUstream stream) { event->time = ++ticks; return stream && !stream->capturing ? 0 : INVALID_VALUE; }
CUresult cuEventSynchronize(CUevent event) { return event->time ? 0 : INVALID_VALUE; }
CUresult cuEventElapsedTime(float *time, CUevent from, CUevent to) { *time = (float)(to->time - from->time); return 0; }

#ifndef WITHOUT_GRAPHS
CUresult cuStreamBeginCapture_v2(CUstream stream, int mode)
{
    stream->capturing = 1;
    stream->first = NULL;
    stream->last = &stream->first;
    return mode == 1 ? 0 : INVALID_VALUE;
}
CUresult cuStreamEndCapture(CUstream stream, CUgraph *graph)
{
    live++;
    stream->capturing = 0;
    *graph = malloc(sizeof **graph);
    (*graph)->first = stream->first;
    return 0;
}
CUresult cuGraphInstantiateWithFlags(CUgraphExec *ready, CUgraph graph, unsigned long long flags)
{
    live++;
    *ready = malloc(sizeof **ready);
    (*ready)->first = graph->first;
    return flags ? INVALID_VALUE : 0;
}
CUresult cuGraphDestroy(CUgraph graph) { live--; free(graph); return 0; }
CUresult cuGraphLaunch(CUgraphExec graph, CUstream stream)
{
    NEED_CONTEXT;
    graph_launches++;
    for (Launch *launch = graph->first; launch; launch = launch->next) run(launch);
    return stream ? 0 : INVALID_VALUE;
}
CUresult cuGraphExecDestroy(CUgraphExec graph)
{
    live--;
    for (Launch *next, *launch = graph->first; launch; launch = next)
    {
        next = launch->next;
        free(launch);
    }
    free(graph);
    return 0;
}
#endif
