namespace Nonpaged.Ndis;

public static unsafe partial class CoreDll
{
    /// <summary>What AllocPhysMem aligns to where no mask asks for more.</summary>
    private const nuint PhysicalAlignment = 64 << 10;

    /// <summary>
    /// Allocates physically contiguous memory, in whole pages, filled with zeros, below 4 GiB because its physical address is
    /// told in 32 bits. (Windows CE, AllocPhysMem.)
    /// </summary>
    /// <param name="cbSize">Size in bytes; 0 is an error.</param>
    /// <param name="fdwProtect">PAGE_READONLY or PAGE_READWRITE, with PAGE_NOCACHE or without.</param>
    /// <param name="dwAlignmentMask">The bits of the physical address that are 0: a power of two less one. The
    /// alignment is 64 KiB at least.</param>
    /// <param name="dwFlags">0.</param>
    /// <param name="pPhysicalAddress">Receives the physical address, or 0.</param>
    /// <returns>The block, or null: <see cref="GetLastError"/> tells ERROR_INVALID_PARAMETER or
    /// ERROR_NOT_ENOUGH_MEMORY.</returns>
    public static void* AllocPhysMem(uint cbSize, uint fdwProtect, uint dwAlignmentMask, uint dwFlags, out uint pPhysicalAddress)
    {
        pPhysicalAddress = 0;
        CallContext context = CallContext.Current;
        var allocation = new NdisAllocation(
            MemoryCall.PhysicalMemory, nameof(AllocPhysMem), context.Driver, cbSize, fdwProtect,
            new PhysicalAddress(uint.MaxValue));
        AllocationFailure? refused = PageProtection.Refuse(fdwProtect) ?? RefuseAlignment(dwAlignmentMask, dwFlags);
        if (cbSize == 0) refused = new AllocationFailure(
            FailureKind.InvalidRequest, "AllocPhysMem of 0 bytes.", "the size, at least 1 byte", "ask for at least 1 byte");
        if (refused is not null) return Refuse(context, allocation, Win32Error.ERROR_INVALID_PARAMETER, refused);

        bool isProtected = PageProtection.ToMemoryProtection(fdwProtect) != MemoryProtection.ReadWrite;
        MemoryBlock? block = Allocate(context, allocation, new MemoryRequest(VirtualPages.RoundUp(cbSize))
        {
            Alignment = nuint.Max(PhysicalAlignment, (nuint)dwAlignmentMask + 1),
            Contiguous = true,
            Pin = PinDemand.Any,
            HighestAcceptableAddress = new PhysicalAddress(uint.MaxValue),
            Caching = PageProtection.CachingOf(fdwProtect, context.Instance.Options),
            WholePages = true,
            Protectable = isProtected,
        });
        if (block is null) return null;
        if (isProtected && !block.TryProtect(
            0, block.Length, PageProtection.ToMemoryProtection(fdwProtect), out AllocationFailure? notProtected))
        {
            allocation.Freed = true;
            block.Dispose();
            context.Instance.Memory.Refuse(allocation, notProtected);
            return null;
        }

        pPhysicalAddress = (uint)context.Instance.Pool.Translate(block.Address).Value;
        return block.Address;
    }

    /// <summary>Frees a whole block of AllocPhysMem. (Windows CE, FreePhysMem.)</summary>
    /// <returns>False where it is not a block in use: that is reported, and nothing is freed.</returns>
    public static bool FreePhysMem(void* lpvAddress)
    {
        CallContext context = CallContext.Current;
        if (context.Instance.Memory.Free(context, lpvAddress, new FreeRequest(MemoryCall.PhysicalMemory, nameof(FreePhysMem))))
            return true;
        t_lastError = Win32Error.ERROR_INVALID_PARAMETER;
        return false;
    }

    private static AllocationFailure? RefuseAlignment(uint mask, uint flags)
    {
        if (flags != 0) return new AllocationFailure(
            FailureKind.InvalidRequest, $"dwFlags 0x{flags:x} of AllocPhysMem.", "0, which is all that is defined", "pass 0");
        bool isMask = (mask & (mask + 1)) == 0 && mask < 1u << 30;
        return isMask ? null : new AllocationFailure(FailureKind.InvalidRequest,
            $"The alignment mask 0x{mask:x} is not a power of two less one, up to 0x3fffffff.", "the mask",
            "pass 0 for 64 KiB, or a power of two less one");
    }
}
