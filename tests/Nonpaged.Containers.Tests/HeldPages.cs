using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Nonpaged.Containers.Tests;

/// <summary>Pages that a process holds by references in pipes: such a pipe has bytes that nobody has read.</summary>
internal static partial class HeldPages
{
    private const uint Fionread = 0x541b;
    private const int NonBlocking = 0x800;

    /// <summary>The bytes in all of a process's pipes but its standard streams: one at least a page.</summary>
    public static long Of(int process)
    {
        long bytes = 0;
        foreach (string descriptor in Directory.EnumerateFiles($"/proc/{process}/fd"))
        {
            string target = new FileInfo(descriptor).LinkTarget ?? "";
            bool isStandard = Path.GetFileName(descriptor) is "0" or "1" or "2";
            if (isStandard || !target.StartsWith("pipe:", StringComparison.Ordinal)) continue;
            using SafeFileHandle pipe = Open(descriptor, NonBlocking);
            if (pipe.IsInvalid) continue;
            if (Ioctl(pipe, Fionread, out int unread) == 0) bytes += unread;
        }

        return bytes;
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int Ioctl(SafeFileHandle file, uint request, out int value);
}
