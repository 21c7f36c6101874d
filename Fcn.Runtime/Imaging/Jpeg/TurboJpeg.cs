using System.Runtime.InteropServices;

namespace Fcn.Imaging.Jpeg;

// TurboJPEG's API of version 2, which version 3 still exports; the library is looked for when the first JPEG is read.
// Source: libjpeg-turbo's turbojpeg.h. C's unsigned long has 32 bits on Windows: CULong.
internal sealed unsafe class TurboJpeg
{
    public const int Cmyk = 3, Ycck = 4;          // TJCS: colour spaces of a file
    public const int Rgb = 0;                     // TJPF: pixel formats of the result
    public const int StopOnWarning = 8192;        // TJFLAG
    public const int LimitScans = 32768;          // TJFLAG: at most 500 scans, so that a small progressive file cannot keep us busy

    private static readonly Lazy<TurboJpeg?> Found = new(Find);

    private readonly delegate* unmanaged[Cdecl]<nint> _start;
    private readonly delegate* unmanaged[Cdecl]<nint, byte*, CULong, int*, int*, int*, int*, int> _header;
    private readonly delegate* unmanaged[Cdecl]<nint, byte*, CULong, byte*, int, int, int, int, int, int> _decompress;
    private readonly delegate* unmanaged[Cdecl]<nint, byte*> _error;
    private readonly delegate* unmanaged[Cdecl]<nint, int> _end;

    private TurboJpeg(nint library)
    {
        nint Export(string name) => NativeLibrary.GetExport(library, name);
        _start = (delegate* unmanaged[Cdecl]<nint>)Export("tjInitDecompress");
        _header = (delegate* unmanaged[Cdecl]<nint, byte*, CULong, int*, int*, int*, int*, int>)Export("tjDecompressHeader3");
        _decompress = (delegate* unmanaged[Cdecl]<nint, byte*, CULong, byte*, int, int, int, int, int, int>)Export("tjDecompress2");
        _error = (delegate* unmanaged[Cdecl]<nint, byte*>)Export("tjGetErrorStr2");
        _end = (delegate* unmanaged[Cdecl]<nint, int>)Export("tjDestroy");
    }

    // Null where no library was found.
    public static TurboJpeg? Instance => Found.Value;

    // A decoder holds one file at a time, so each call of Image.Load starts its own.
    public Decoder Start() => new(this, _start());

    private static TurboJpeg? Find()
    {
        foreach (string name in Names())
        {
            const DllImportSearchPath besideTheProgram = DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories;
            if (NativeLibrary.TryLoad(name, typeof(TurboJpeg).Assembly, besideTheProgram, out nint library)
                && NativeLibrary.TryGetExport(library, "tjDecompressHeader3", out _)) return new TurboJpeg(library);
        }
        return null;
    }

    private static string[] Names() =>
        OperatingSystem.IsWindows() ? ["turbojpeg.dll", "libturbojpeg.dll", @"C:\libjpeg-turbo64\bin\turbojpeg.dll"]
        : OperatingSystem.IsMacOS() ? ["libturbojpeg.0.dylib", "libturbojpeg.dylib",
            "/opt/homebrew/lib/libturbojpeg.0.dylib", "/usr/local/lib/libturbojpeg.0.dylib"]
        : ["libturbojpeg.so.0", "libturbojpeg.so"];

    public readonly struct Decoder(TurboJpeg api, nint handle) : IDisposable
    {
        public bool Started => handle != 0;

        // The last error or warning, in the library's words.
        public string Error => Marshal.PtrToStringUTF8((nint)api._error(handle)) ?? "unknown error";

        public bool ReadHeader(ReadOnlySpan<byte> file, out int width, out int height, out int colourSpace)
        {
            int w = 0, h = 0, subsampling, colours = 0;
            int status;
            fixed (byte* bytes = file) status = api._header(handle, bytes, new CULong((uint)file.Length), &w, &h, &subsampling, &colours);
            (width, height, colourSpace) = (w, h, colours);
            return status == 0;
        }

        // The target has height rows of width RGB pixels, without gaps.
        public bool Decompress(ReadOnlySpan<byte> file, Span<byte> target, int width, int height)
        {
            const int flags = StopOnWarning | LimitScans;
            fixed (byte* bytes = file, pixels = target)
                return api._decompress(handle, bytes, new CULong((uint)file.Length), pixels, width, 3 * width, height, Rgb, flags) == 0;
        }

        public void Dispose()
        {
            if (Started) _ = api._end(handle);
        }
    }
}
