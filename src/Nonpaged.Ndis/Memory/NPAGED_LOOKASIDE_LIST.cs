using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>The storage that a driver gives NdisInitializeNPagedLookasideList. Opaque.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct NPAGED_LOOKASIDE_LIST
{
    internal NDIS_HANDLE ListObject;

    // The size of its blocks, where they come from the heap without a record; otherwise, and when the list was deleted, 0.
    internal uint UnrecordedSize;
}
