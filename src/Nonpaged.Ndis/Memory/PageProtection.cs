namespace Nonpaged.Ndis;

/// <summary>The PAGE_ constants of VirtualAlloc, and what they mean here.</summary>
internal static class PageProtection
{
    private const uint Access = CoreDll.PAGE_NOACCESS | CoreDll.PAGE_READONLY | CoreDll.PAGE_READWRITE;

    /// <summary>Why a protection is refused, or null.</summary>
    public static AllocationFailure? Refuse(uint protect)
    {
        uint access = protect & ~CoreDll.PAGE_NOCACHE;
        if (access is not (CoreDll.PAGE_NOACCESS or CoreDll.PAGE_READONLY or CoreDll.PAGE_READWRITE))
        {
            return new AllocationFailure(FailureKind.InvalidRequest,
                $"The protection 0x{protect:x} is refused: memory for devices is never executable, and has no guard pages.",
                $"PAGE_NOACCESS, PAGE_READONLY and PAGE_READWRITE (mask 0x{Access:x}), with PAGE_NOCACHE or without",
                "pass PAGE_READWRITE");
        }

        return protect != (CoreDll.PAGE_NOACCESS | CoreDll.PAGE_NOCACHE) ? null
            : new AllocationFailure(FailureKind.InvalidRequest,
                "PAGE_NOCACHE cannot be combined with PAGE_NOACCESS.", "the protection", "pass PAGE_NOACCESS alone");
    }

    public static MemoryProtection ToMemoryProtection(uint protect) => (protect & Access) switch
    {
        CoreDll.PAGE_NOACCESS => MemoryProtection.None,
        CoreDll.PAGE_READONLY => MemoryProtection.ReadOnly,
        _ => MemoryProtection.ReadWrite,
    };

    public static Caching CachingOf(uint protect, NdisOptions options) =>
        (protect & CoreDll.PAGE_NOCACHE) == 0 ? Caching.Any : options.StrictNoncached ? options.StrictCaching : Caching.Coherent;
}
