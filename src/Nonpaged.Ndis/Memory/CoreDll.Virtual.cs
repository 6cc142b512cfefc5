using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <content> Nonpaged memory cannot be promised before it is there, so reserving a region takes its pages from the pool at once,
/// and committing makes them accessible: a commitment within a region never fails for want of memory. </content>
public static unsafe partial class CoreDll
{
    /// <summary>MEM_COMMIT: makes pages accessible, filled with zeros.</summary>
    public const uint MEM_COMMIT = 0x1000;

    /// <summary>MEM_RESERVE: takes a region, none of it accessible.</summary>
    public const uint MEM_RESERVE = 0x2000;

    /// <summary>MEM_DECOMMIT: makes pages inaccessible and forgets their contents.</summary>
    public const uint MEM_DECOMMIT = 0x4000;

    /// <summary>MEM_RELEASE: gives a whole region back.</summary>
    public const uint MEM_RELEASE = 0x8000;

    /// <summary>PAGE_NOACCESS: an access faults.</summary>
    public const uint PAGE_NOACCESS = 0x01;

    /// <summary>PAGE_READONLY: a write faults.</summary>
    public const uint PAGE_READONLY = 0x02;

    /// <summary>PAGE_READWRITE.</summary>
    public const uint PAGE_READWRITE = 0x04;

    /// <summary>PAGE_NOCACHE, with another: not cached. Coherent memory satisfies it, except under the strict option.</summary>
    public const uint PAGE_NOCACHE = 0x200;

    private const nuint RegionAlignment = 64 << 10;

    /// <summary>Reserves or commits whole pages. (VirtualAlloc.)</summary>
    /// <param name="lpAddress">Null for a new region; an address within a region to commit pages of it.</param>
    /// <param name="dwSize">Size in bytes; 0 is an error. All pages are meant that the range touches.</param>
    /// <param name="flAllocationType">MEM_RESERVE, MEM_COMMIT or both.</param>
    /// <param name="flProtect">PAGE_NOACCESS, PAGE_READONLY or PAGE_READWRITE, the latter two with
    /// PAGE_NOCACHE or without.</param>
    /// <returns>The first page, or null: <see cref="GetLastError"/> tells ERROR_INVALID_PARAMETER, ERROR_INVALID_ADDRESS or
    /// ERROR_NOT_ENOUGH_MEMORY.</returns>
    public static void* VirtualAlloc(void* lpAddress, nuint dwSize, uint flAllocationType, uint flProtect)
    {
        CallContext context = CallContext.Current;
        var allocation = new NdisAllocation(
            MemoryCall.Virtual, nameof(VirtualAlloc), context.Driver, dwSize, flAllocationType, PhysicalAddress.Max);
        AllocationFailure? refused = PageProtection.Refuse(flProtect) ?? RefuseAllocation(dwSize, flAllocationType);
        if (refused is not null) return Refuse(context, allocation, Win32Error.ERROR_INVALID_PARAMETER, refused);
        if (lpAddress != null) return Commit(context, allocation, lpAddress, dwSize, flAllocationType, flProtect);

        MemoryBlock? block = Allocate(context, allocation, new MemoryRequest(VirtualPages.RoundUp(dwSize))
        {
            Alignment = (flAllocationType & MEM_RESERVE) != 0 ? RegionAlignment : 0,
            Caching = PageProtection.CachingOf(flProtect, context.Instance.Options),
            Protectable = true,
        });
        if (block is null) return null;
        VirtualRegion region = allocation.Region = new VirtualRegion(block);
        bool isCommitted = (flAllocationType & MEM_COMMIT) != 0;
        if (Apply(region, 0, (int)(block.Length / Page.Size), isCommitted ? flProtect : 0) is { } failure)
        {
            allocation.Freed = true;
            block.Dispose();
            return Refuse(context, allocation, Win32Error.ERROR_NOT_ENOUGH_MEMORY, failure);
        }

        return block.Address;
    }

    /// <summary>Decommits pages, or releases a region. (VirtualFree.)</summary>
    /// <param name="lpAddress">For MEM_RELEASE the region's first byte, else any address within it.</param>
    /// <param name="dwSize">For MEM_RELEASE 0, else the size in bytes; 0 from the region's start means all of it.</param>
    /// <param name="dwFreeType">MEM_DECOMMIT or MEM_RELEASE.</param>
    /// <returns>False where nothing was done: <see cref="GetLastError"/> tells why, and a bad pointer is reported.</returns>
    public static bool VirtualFree(void* lpAddress, nuint dwSize, uint dwFreeType)
    {
        CallContext context = CallContext.Current;
        if (dwFreeType == MEM_RELEASE) return Release(context, lpAddress, dwSize);
        if (dwFreeType != MEM_DECOMMIT)
        {
            Fail(
                context, nameof(VirtualFree), Win32Error.ERROR_INVALID_PARAMETER,
                $"0x{dwFreeType:x} is not MEM_DECOMMIT or MEM_RELEASE.");
            return false;
        }

        VirtualRegion? region = RegionAt(context, lpAddress);
        nuint size = region is not null && dwSize == 0 && lpAddress == region.Block.Address ? region.Block.Length : dwSize;
        if (Pages(context, nameof(VirtualFree), region, lpAddress, size) is not { } pages) return false;
        AllocationFailure? failure = Apply(region!, pages.First, pages.Count, 0);
        if (failure is not null) Fail(context, nameof(VirtualFree), Win32Error.ERROR_NOT_ENOUGH_MEMORY, failure.ToString());
        return failure is null;
    }

    /// <summary>Changes the protection of committed pages. (VirtualProtect.)</summary>
    /// <returns>False where nothing was changed: <see cref="GetLastError"/> tells why.</returns>
    public static bool VirtualProtect(void* lpAddress, nuint dwSize, uint flNewProtect, out uint lpflOldProtect)
    {
        lpflOldProtect = 0;
        CallContext context = CallContext.Current;
        if (PageProtection.Refuse(flNewProtect) is { } refused)
        {
            Fail(context, nameof(VirtualProtect), Win32Error.ERROR_INVALID_PARAMETER, refused.ToString());
            return false;
        }

        if (CommittedPages(context, nameof(VirtualProtect), lpAddress, dwSize, out VirtualRegion? region) is not { } pages)
            return false;
        uint old = region!.ProtectionOf(pages.First);
        if (Apply(region, pages.First, pages.Count, flNewProtect) is { } failure)
        {
            Fail(context, nameof(VirtualProtect), Win32Error.ERROR_NOT_ENOUGH_MEMORY, failure.ToString());
            return false;
        }

        lpflOldProtect = old;
        return true;
    }

    /// <summary>Locks committed pages, which are resident anyway. (VirtualLock.)</summary>
    /// <returns>False where the range is not committed: <see cref="GetLastError"/> tells why.</returns>
    public static bool VirtualLock(void* lpAddress, nuint dwSize) =>
        CommittedPages(CallContext.Current, nameof(VirtualLock), lpAddress, dwSize, out _) is not null;

    /// <summary>Undoes VirtualLock; the pages stay resident. (VirtualUnlock.)</summary>
    /// <inheritdoc cref="VirtualLock"/>
    public static bool VirtualUnlock(void* lpAddress, nuint dwSize) =>
        CommittedPages(CallContext.Current, nameof(VirtualUnlock), lpAddress, dwSize, out _) is not null;

    private static AllocationFailure? RefuseAllocation(nuint size, uint type)
    {
        if (size == 0) return new AllocationFailure(
            FailureKind.InvalidRequest, "VirtualAlloc of 0 bytes.", "the size, at least 1 byte", "ask for at least 1 byte");
        bool isKnown = (type & ~(MEM_COMMIT | MEM_RESERVE)) == 0 && type != 0;
        return isKnown ? null : new AllocationFailure(
            FailureKind.InvalidRequest, $"The allocation type 0x{type:x} is not known.", "MEM_RESERVE, MEM_COMMIT or both",
            "pass MEM_RESERVE | MEM_COMMIT");
    }

    private static void* Commit(
        CallContext context, NdisAllocation allocation, void* address, nuint size, uint type, uint protect)
    {
        VirtualRegion? region = RegionAt(context, address);
        if (region?.PagesOf(address, size) is not { } pages || type != MEM_COMMIT)
        {
            return Refuse(context, allocation, Win32Error.ERROR_INVALID_ADDRESS, new AllocationFailure(FailureKind.InvalidRequest,
                $"0x{(nuint)address:x} with {size} bytes is not within a reserved region.", "the pool chooses where regions are",
                "pass null to reserve, then commit within what was returned"));
        }

        for (int page = pages.First; page < pages.First + pages.Count; page++)
        {
            // Committing what is committed keeps its contents, and gives it the new protection.
            if (Apply(region, page, 1, protect) is { } failure)
                return Refuse(context, allocation, Win32Error.ERROR_NOT_ENOUGH_MEMORY, failure);
        }

        return (byte*)region.Block.LastStart + (nint)pages.First * Page.Size;
    }

    private static bool Release(CallContext context, void* address, nuint size)
    {
        if (size != 0)
        {
            Fail(
                context, nameof(VirtualFree), Win32Error.ERROR_INVALID_PARAMETER,
                $"MEM_RELEASE with a size of {size}; expected 0, a region is released whole.");
            return false;
        }

        if (context.Instance.Memory.Free(context, address, new FreeRequest(MemoryCall.Virtual, nameof(VirtualFree)))) return true;
        t_lastError = Win32Error.ERROR_INVALID_ADDRESS;
        return false;
    }

    /// <summary>Gives pages a protection; 0 decommits them, after which their contents are gone.</summary>
    private static AllocationFailure? Apply(VirtualRegion region, int first, int count, uint protection)
    {
        MemoryBlock block = region.Block;
        (nuint offset, nuint length) = ((nuint)first * Page.Size, (nuint)count * Page.Size);
        if (protection == 0)
        {
            if (!block.TryProtect(offset, length, MemoryProtection.ReadWrite, out AllocationFailure? refused)) return refused;
            using (block.Pool.Hold()) NativeMemory.Clear((byte*)block.LastStart + offset, length);
        }

        MemoryProtection wanted = protection == 0 ? MemoryProtection.None : PageProtection.ToMemoryProtection(protection);
        if (block.TryProtect(offset, length, wanted, out AllocationFailure? failure)) region.Set(first, count, protection);
        return failure;
    }

    private static VirtualRegion? RegionAt(CallContext context, void* address) =>
        (context.Instance.Pool.Find(address)?.Request.Owner as NdisAllocation)?.Region;

    private static (int First, int Count)? Pages(
        CallContext context, string call, VirtualRegion? region, void* address, nuint size)
    {
        if (region?.PagesOf(address, size) is { } pages) return pages;
        Fail(
            context, call, Win32Error.ERROR_INVALID_ADDRESS,
            $"0x{(nuint)address:x} with {size} bytes is not within a region of VirtualAlloc.");
        return null;
    }

    private static (int First, int Count)? CommittedPages(
        CallContext context, string call, void* address, nuint size, out VirtualRegion? region)
    {
        region = RegionAt(context, address);
        if (Pages(context, call, region, address, size) is not { } pages) return null;
        if (region!.IsCommitted(pages.First, pages.Count)) return pages;
        Fail(
            context, call, Win32Error.ERROR_INVALID_ADDRESS,
            $"Not all of the {size} bytes at 0x{(nuint)address:x} are committed.");
        return null;
    }
}
