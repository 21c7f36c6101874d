using System.Runtime.InteropServices;

namespace Fcn.Imaging.Jpeg;

// TurboJPEG's API of version 2, which version 3 still exports; the library is looked for when the first JPEG is read.
// Source: libjpeg-turbo's turbojpeg.h. C's unsigned long has 32 bits on Windows: CULong.
internal sealed unsafe class TurboJpeg
{
    public const int Cmyk = 3, Ycck = 4;          // TJCS: colour spaces of a file
    public const int RgbPixels = 0, CmykPixels = 11; // TJPF: pixel formats of the result
    public const int LimitScans = 32768;          // TJFLAG: at most 500 scans, so that a small progressive file cannot keep us busy

    private const int WarningCode = 0;            // TJERR

    private static readonly Lazy<(TurboJpeg? Api, string? Fault)> Found = new(static () => Find(Names()));

    private readonly delegate* unmanaged[Cdecl]<nint> _start;
    private readonly delegate* unmanaged[Cdecl]<nint, byte*, CULong, int*, int*, int*, int*, int> _header;
    private readonly delegate* unmanaged[Cdecl]<nint, byte*, CULong, byte*, int, int, int, int, int, int> _decompress;
    private readonly delegate* unmanaged[Cdecl]<nint, byte*> _error;
    private readonly delegate* unmanaged[Cdecl]<nint, int> _code;
    private readonly delegate* unmanaged[Cdecl]<nint, int> _end;

    private TurboJpeg(nint library)
    {
        nint Export(string name) => NativeLibrary.GetExport(library, name);
        _start = (delegate* unmanaged[Cdecl]<nint>)Export("tjInitDecompress");
        _header = (delegate* unmanaged[Cdecl]<nint, byte*, CULong, int*, int*, int*, int*, int>)Export("tjDecompressHeader3");
        _decompress = (delegate* unmanaged[Cdecl]<nint, byte*, CULong, byte*, int, int, int, int, int, int>)Export("tjDecompress2");
        _error = (delegate* unmanaged[Cdecl]<nint, byte*>)Export("tjGetErrorStr2");
        _code = (delegate* unmanaged[Cdecl]<nint, int>)Export("tjGetErrorCode");
        _end = (delegate* unmanaged[Cdecl]<nint, int>)Export("tjDestroy");
    }

    // How a call ended. A warning says that the file is odd; how much of the picture was written is not known.
    public enum Outcome { Clean, Warned, Failed }

    // Null where no library was found, or none that works.
    public static TurboJpeg? Instance => Found.Value.Api;

    // Why the library that was found does not work, in the system's words; null where there is none.
    public static string? Fault => Found.Value.Fault;

    // A decoder holds one file at a time, so each call of Image.Load starts its own.
    public Decoder Start() => new(this, _start());

    // The first library that works; or what is wrong with the first that is there.
    internal static (TurboJpeg? Api, string? Fault) Find(IEnumerable<string> names)
    {
        string? fault = null;
        foreach (string name in names)
        {
            const DllImportSearchPath besideTheProgram = DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories;
            try
            {
                return (new TurboJpeg(NativeLibrary.Load(name, typeof(TurboJpeg).Assembly, besideTheProgram)), null);
            }
            catch (DllNotFoundException e)
            {
                fault ??= LoaderFault(name, e.Message);
            }
            catch (Exception e) when (e is BadImageFormatException or EntryPointNotFoundException)
            {
                fault ??= $"{name}: {e.Message}";
            }
        }
        return (null, fault);
    }

    // The runtime reports every place it tried on a line of its own. Null where all say that there is no such file.
    private static string? LoaderFault(string name, string message) =>
        message.Split('\n').Skip(1).Select(static line => line.Trim()).FirstOrDefault(line => line.Length > 0
            && !(line.Contains(name, StringComparison.Ordinal) && line.Contains("no such file", StringComparison.OrdinalIgnoreCase)));

    private static string[] Names() =>
        OperatingSystem.IsWindows() ? ["turbojpeg.dll", "libturbojpeg.dll", @"C:\libjpeg-turbo64\bin\turbojpeg.dll"]
        : OperatingSystem.IsMacOS() ? ["libturbojpeg.0.dylib", "libturbojpeg.dylib",
            "/opt/homebrew/lib/libturbojpeg.0.dylib", "/usr/local/lib/libturbojpeg.0.dylib"]
        : ["libturbojpeg.so.0", "libturbojpeg.so"];

    public readonly struct Decoder(TurboJpeg api, nint handle) : IDisposable
    {
        public bool Started => handle != 0;

        // The last error, or the first warning, in the library's words.
        public string Error => Marshal.PtrToStringUTF8((nint)api._error(handle)) ?? "unknown error";

        public Outcome ReadHeader(ReadOnlySpan<byte> file, out int width, out int height, out int colourSpace)
        {
            int w = 0, h = 0, subsampling, colours = 0;
            int status;
            fixed (byte* bytes = file) status = api._header(handle, bytes, new CULong((uint)file.Length), &w, &h, &subsampling, &colours);
            (width, height, colourSpace) = (w, h, colours);
            return OutcomeOf(status);
        }

        // The target has height rows of width pixels, without gaps.
        public Outcome Decompress(ReadOnlySpan<byte> file, Span<byte> target, int width, int height, int pixels)
        {
            fixed (byte* bytes = file, first = target)
            {
                int status = api._decompress(
                    handle, bytes, new CULong((uint)file.Length), first, width, target.Length / height, height, pixels, LimitScans);
                return OutcomeOf(status);
            }
        }

        public void Dispose()
        {
            if (Started) _ = api._end(handle);
        }

        private Outcome OutcomeOf(int status) =>
            status == 0 ? Outcome.Clean : api._code(handle) == WarningCode ? Outcome.Warned : Outcome.Failed;
    }
}
