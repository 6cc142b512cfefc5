using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>Why a block cannot be given to another process.</summary>
internal static class SharingFailures
{
    public static AllocationFailure NotShared(string pool, bool isHost) => new(
        FailureKind.NotShared,
        $"A block of the pool \"{pool}\" that was not asked for as shared cannot be exported: "
            + "other blocks lie in its memory file.",
        isHost
            ? "MemoryRequest.Shared of the block, and NonpagedPoolOptions.Sharing"
            : "a machine passed in this memory, and its owner has the file descriptor",
        isHost ? "ask for the block with MemoryRequest.Shared" : "export that descriptor");

    public static AllocationFailure NoDescriptor(Errno errno) => new(
        FailureKind.Descriptors,
        $"There is no descriptor for the export (fcntl: {errno}).",
        "descriptors (ulimit -n)",
        "ulimit -n 65536")
    { Errno = (int)errno };
}
