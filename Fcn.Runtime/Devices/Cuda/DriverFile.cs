using System.ComponentModel;
using System.Diagnostics;
using Fcn.Files;

namespace Fcn.Devices.Cuda;

// The file that the driver's library was loaded from. Its version is CUDA's; builds of one version differ in the file: on Linux its real
// name has the driver's number, and a package that replaces it changes size and time.
internal static class DriverFile
{
    /// Empty where the system does not tell what is loaded.
    public static string Describe()
    {
        try
        {
            var library = Process.GetCurrentProcess().Modules.Cast<ProcessModule>().FirstOrDefault(static m => IsDriver(m.ModuleName));
            return library is null ? "" : Of(library.FileName);
        }
        catch (Exception e) when (FileError.IsOne(e) || e is Win32Exception or InvalidOperationException or NotSupportedException)
        {
            return "";
        }
    }

    /// Name, bytes and time of a file.
    public static string Of(string path)
    {
        var file = new FileInfo(path);
        return FormattableString.Invariant($"{file.Name} {file.Length} {file.LastWriteTimeUtc.Ticks}");
    }

    public static bool IsDriver(string module) =>
        module.StartsWith("libcuda.so", StringComparison.Ordinal) || module.Equals("nvcuda.dll", StringComparison.OrdinalIgnoreCase);
}
