using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged.Tests.Pins;

/// <summary>The pipes of this process, as code finds them that takes what is not its own.</summary>
internal static class OwnPipes
{
    /// <summary>Their paths in /proc, in no order.</summary>
    public static IEnumerable<string> Paths()
    {
        foreach (string path in Directory.GetFiles("/proc/self/fd"))
        {
            if (new FileInfo(path).LinkTarget?.StartsWith("pipe:", StringComparison.Ordinal) == true) yield return path;
        }
    }

    /// <summary>Reads all that a pipe holds. Whether that was a page or more.</summary>
    public static bool Drain(string path)
    {
        if (LibC.OpenForPolling(path, out SafeFileHandle pipe).IsError) return false;
        using (pipe)
        {
            byte[] page = new byte[4096];
            int got = 0;
            while (LibC.Read(pipe, page) is { IsError: false, Value: > 0 } read) got += read.AsInt32;
            return got >= 4096;
        }
    }
}
