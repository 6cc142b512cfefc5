using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

public static unsafe partial class CoreDll
{
    /// <summary>LMEM_FIXED: the block does not move. All blocks are fixed.</summary>
    public const uint LMEM_FIXED = 0x0000;

    /// <summary>LMEM_MOVEABLE, of LocalReAlloc only: the block may be moved where it cannot grow in place.</summary>
    public const uint LMEM_MOVEABLE = 0x0002;

    /// <summary>LMEM_ZEROINIT: what is new is filled with zeros.</summary>
    public const uint LMEM_ZEROINIT = 0x0040;

    /// <summary>LPTR: LMEM_FIXED | LMEM_ZEROINIT.</summary>
    public const uint LPTR = LMEM_FIXED | LMEM_ZEROINIT;

    /// <summary>Windows CE rounds sizes to this many bytes.</summary>
    private const uint LocalGranule = 32;

    /// <summary>Allocates from the heap. All of what <see cref="LocalSize"/> tells can be used. (LocalAlloc.)</summary>
    /// <param name="uFlags">LMEM_FIXED or LMEM_ZEROINIT.</param>
    /// <param name="uBytes">Size in bytes; rounded up to a multiple of 32, and 0 gives the smallest block.</param>
    /// <returns>The block, or null: <see cref="GetLastError"/> tells ERROR_INVALID_PARAMETER or
    /// ERROR_NOT_ENOUGH_MEMORY.</returns>
    public static void* LocalAlloc(uint uFlags, uint uBytes) =>
        LocalAllocFor(CallContext.Current, nameof(LocalAlloc), uFlags, uBytes);

    /// <summary>Changes a block's size; the contents up to the smaller one are kept. (LocalReAlloc.)</summary>
    /// <param name="hMem">A block of LocalAlloc.</param>
    /// <param name="uBytes">The new size in bytes.</param>
    /// <param name="uFlags">LMEM_ZEROINIT fills what is new with zeros; without LMEM_MOVEABLE the block stays where
    /// it is or the call fails.</param>
    /// <returns>The block, or null: the old block is as it was, and <see cref="GetLastError"/> tells why.</returns>
    public static void* LocalReAlloc(void* hMem, uint uBytes, uint uFlags)
    {
        CallContext context = CallContext.Current;
        if (LocalBlock(context, hMem, nameof(LocalReAlloc)) is not { } old) return null;
        if ((uFlags & ~(LMEM_MOVEABLE | LMEM_ZEROINIT)) != 0)
        {
            Fail(
                context, nameof(LocalReAlloc), Win32Error.ERROR_INVALID_PARAMETER,
                $"0x{uFlags:x} is not LMEM_MOVEABLE or LMEM_ZEROINIT.");
            return null;
        }

        nuint oldSize = old.Length;
        if (uBytes <= oldSize) return hMem;
        if ((uFlags & LMEM_MOVEABLE) == 0)
        {
            Fail(
                context, nameof(LocalReAlloc), Win32Error.ERROR_NOT_ENOUGH_MEMORY,
                $"The block has {oldSize} bytes and may not be moved (LMEM_MOVEABLE).");
            return null;
        }

        void* moved = LocalAllocFor(context, nameof(LocalReAlloc), uFlags & LMEM_ZEROINIT, uBytes);
        if (moved == null) return null;
        using (context.Instance.Pool.Hold()) NativeMemory.Copy(hMem, moved, oldSize);
        context.Instance.Memory.Free(context, hMem, new FreeRequest(MemoryCall.Local, nameof(LocalReAlloc)));
        return moved;
    }

    /// <summary>The true size of a block in bytes, at least what was asked for. (LocalSize.)</summary>
    /// <returns>The size; 0 for what is not a block of LocalAlloc: <see cref="GetLastError"/> tells
    /// ERROR_INVALID_HANDLE.</returns>
    public static uint LocalSize(void* hMem) =>
        LocalBlock(CallContext.Current, hMem, nameof(LocalSize)) is { } block ? (uint)block.Length : 0;

    /// <summary>Frees a block. Null is allowed. (LocalFree.)</summary>
    /// <returns>Null, or the pointer where it is not a block in use: that is reported, and nothing is freed.</returns>
    public static void* LocalFree(void* hMem)
    {
        if (hMem == null) return null;
        CallContext context = CallContext.Current;
        if (context.Instance.Memory.Free(context, hMem, new FreeRequest(MemoryCall.Local, nameof(LocalFree)))) return null;
        t_lastError = Win32Error.ERROR_INVALID_HANDLE;
        return hMem;
    }

    private static void* LocalAllocFor(CallContext context, string call, uint uFlags, uint uBytes)
    {
        var allocation = new NdisAllocation(MemoryCall.Local, call, context.Driver, uBytes, uFlags, PhysicalAddress.Max);
        if ((uFlags & ~LMEM_ZEROINIT) != 0)
        {
            return Refuse(
                context, allocation, Win32Error.ERROR_INVALID_PARAMETER, new AllocationFailure(FailureKind.InvalidRequest,
                    $"The flags 0x{uFlags:x} are not LMEM_FIXED or LMEM_ZEROINIT.", "the flags that fixed memory has",
                    "pass LMEM_FIXED, LMEM_ZEROINIT or LPTR"));
        }

        // The rounded size is what is asked of the pool, so that all of it is the caller's.
        nuint size = Math.Max(uBytes, 1) + (nuint)(LocalGranule - 1) & ~(nuint)(LocalGranule - 1);
        MemoryBlock? block = Allocate(context, allocation, new MemoryRequest(size) { Zeroed = (uFlags & LMEM_ZEROINIT) != 0 });
        return block is null ? null : block.Address;
    }

    private static MemoryBlock? LocalBlock(CallContext context, void* address, string call)
    {
        MemoryBlock? block = context.Instance.Pool.Find(address);
        if (block is not null && block.Address == address && block.Request.Owner is NdisAllocation { Family: MemoryCall.Local })
            return block;
        Fail(context, call, Win32Error.ERROR_INVALID_HANDLE, $"0x{(nuint)address:x} is not a block of LocalAlloc.");
        return null;
    }
}
