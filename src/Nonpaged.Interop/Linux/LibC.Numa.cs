using System.Runtime.InteropServices;

namespace Nonpaged.Interop;

internal static unsafe partial class LibC
{
    // linux/mempolicy.h
    public const int MPOL_BIND = 2;

    // A mask of 1024 nodes, the most that a kernel is built for (NODES_SHIFT).
    private const int NodeBits = 1024;

    // The C library has no wrapper for these (mbind(2), move_pages(2)). asm/unistd_64.h and asm-generic/unistd.h.
    public static nint MbindNumber => RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 237 : 235;

    public static nint MovePagesNumber => RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 279 : 239;

    /// <summary>mbind(2), MPOL_BIND: pages of the range that are made from now on are of this node.</summary>
    public static SysResult MBind(void* address, nuint length, int node)
    {
        if (Fails("mbind", out SysResult injected)) return injected;
        ulong* mask = stackalloc ulong[NodeBits / 64];
        new Span<ulong>(mask, NodeBits / 64).Clear();
        mask[node / 64] = 1UL << (node % 64);
        // The kernel takes one from the number of bits.
        return Result(syscall(MbindNumber, (nint)address, (nint)length, MPOL_BIND, (nint)mask, NodeBits + 1, 0));
    }

    /// <summary>move_pages(2) without a target: the node of each page, or a negative errno.</summary>
    public static SysResult GetNodes(ReadOnlySpan<nuint> pages, Span<int> nodes)
    {
        fixed (nuint* addresses = pages)
        fixed (int* status = nodes)
        {
            return Fails("move_pages", out SysResult injected) ? injected
                : Result(syscall(MovePagesNumber, 0, pages.Length, (nint)addresses, 0, (nint)status, 0));
        }
    }

    [LibraryImport(Library, SetLastError = true)]
    private static partial nint syscall(nint number, nint a, nint b, nint c, nint d, nint e, nint f);
}
