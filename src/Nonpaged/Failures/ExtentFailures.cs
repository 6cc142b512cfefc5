using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>Why an extent cannot be obtained, or does not do.</summary>
internal static class ExtentFailures
{
    public static AllocationFailure NoFile(Errno errno) => errno == Errno.EMFILE
        ? new AllocationFailure(
            FailureKind.Descriptors,
            $"No memory file ({errno}): the process has as many descriptors as it may.",
            "descriptors (ulimit -n)",
            "ulimit -n 65536")
        { Errno = (int)errno }
        : new AllocationFailure(
            FailureKind.Kernel,
            $"No memory file (memfd_create: {errno}).",
            $"the kernel's answer, {errno}",
            "nonpaged doctor")
        { Errno = (int)errno };

    public static AllocationFailure NotSealed(Errno errno) => new(
        FailureKind.Kernel,
        $"The memory file cannot be sealed (fcntl, F_ADD_SEALS: {errno}).",
        $"the kernel's answer, {errno}",
        "nonpaged doctor")
    { Errno = (int)errno };

    /// <summary>What was obtained for a request does not meet it.</summary>
    public static AllocationFailure NotAsAsked(nuint length, Extent extent) => new(
        FailureKind.Fragmented,
        $"The extent obtained for {length} bytes does not meet the request.",
        extent.Evidence.Value,
        "try again; the kernel moved pages while they were being pinned");
}
