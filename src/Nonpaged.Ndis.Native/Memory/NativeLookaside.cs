using System.Runtime.InteropServices;

namespace Nonpaged.Ndis.Native;

/// <summary>NPAGED_LOOKASIDE_LIST of ndismem.h: sixteen pointers, opaque to drivers.</summary>
[StructLayout(LayoutKind.Sequential, Size = 128)]
internal unsafe struct NativeLookaside
{
    public NPAGED_LOOKASIDE_LIST List;
    public delegate* unmanaged<uint, nuint, uint, void*> Allocate;
    public delegate* unmanaged<void*, void> Free;
    public nuint Size;
    public uint Tag;
}
