using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>A buffer descriptor: an MDL. Drivers read it through the buffer functions only.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct NDIS_BUFFER
{
    /// <summary>The next buffer of the packet.</summary>
    public NDIS_BUFFER* Next;

    /// <summary>The descriptor's own size in bytes.</summary>
    public short Size;

    /// <summary>MDL flags: 0x0004, the memory comes from nonpaged pool.</summary>
    public short MdlFlags;

    /// <summary>Unused here.</summary>
    public void* Process;

    /// <summary>The virtual address of the first byte.</summary>
    public void* MappedSystemVa;

    /// <summary>The page that the first byte lies in.</summary>
    public void* StartVa;

    /// <summary>The length in bytes.</summary>
    public uint ByteCount;

    /// <summary>Where in the page the first byte lies.</summary>
    public uint ByteOffset;
}
