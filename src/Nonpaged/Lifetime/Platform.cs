using System.Runtime.InteropServices;

namespace Nonpaged;

/// <summary>Where the library works: Linux on x86-64, with the GNU C library, which it makes system calls by.</summary>
internal static class Platform
{
    /// <exception cref="PlatformNotSupportedException">The program runs elsewhere.</exception>
    public static void ThrowIfOther()
    {
        string? reason = WhyNot(
            OperatingSystem.IsLinux(), RuntimeInformation.ProcessArchitecture, RuntimeInformation.RuntimeIdentifier,
            Environment.SystemPageSize);
        if (reason is not null) throw new PlatformNotSupportedException(reason);
    }

    /// <summary>What is missing; null where nothing is.</summary>
    internal static string? WhyNot(bool isLinux, Architecture processor, string runtime, int pageSize)
    {
        if (!isLinux) return $"Nonpaged needs Linux; this is {runtime}. A container or a virtual machine with Linux will do.";
        if (processor != Architecture.X64) return $"Nonpaged needs an x86-64 process; this one is of {processor}.";
        // The runtime's own name for it: its build for another C library would not start.
        if (runtime.Contains("musl", StringComparison.Ordinal) || runtime.Contains("bionic", StringComparison.Ordinal))
        {
            return $"Nonpaged needs the GNU C library; this is {runtime}. Use an image with glibc, such as "
                + "mcr.microsoft.com/dotnet/runtime:10.0, and not one of Alpine.";
        }

        return pageSize == Page.Size ? null : $"Nonpaged needs pages of {Page.Size} bytes; "
            + $"this system's are of {pageSize} bytes (getconf PAGESIZE).";
    }
}
