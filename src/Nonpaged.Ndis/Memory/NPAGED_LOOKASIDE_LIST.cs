using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>The storage that a driver gives NdisInitializeNPagedLookasideList. Opaque.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct NPAGED_LOOKASIDE_LIST
{
    internal NDIS_HANDLE ListObject;

    // Where its blocks come from the heap without a record: which pool's, and where this list is (NonpagedPool.Number);
    // otherwise, and when the list was deleted, 0.
    internal nint Key;

    // Then, of a pool that lives as long as the process.
    internal FixedMagazine Magazine;

    internal uint Size;
}
