using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>
/// One resource of an adapter. The C structure is packed to 4 bytes and holds a union u; the members of the union
/// carry their path in their names.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 20, Pack = 4)]
public struct CM_PARTIAL_RESOURCE_DESCRIPTOR
{
    /// <summary>What it describes, and so which members hold.</summary>
    [FieldOffset(0)]
    public CM_RESOURCE_TYPE Type;

    /// <summary>CmResourceShareXxx: 1 for one device alone, 3 shared.</summary>
    [FieldOffset(1)]
    public byte ShareDisposition;

    /// <summary>By type: 1 for I/O ports, 0 for level-sensitive interrupts and for memory that can be written.</summary>
    [FieldOffset(2)]
    public ushort Flags;

    /// <summary>u.Port.Start: the first port.</summary>
    [FieldOffset(4)]
    public NDIS_PHYSICAL_ADDRESS PortStart;

    /// <summary>u.Port.Length: how many ports.</summary>
    [FieldOffset(12)]
    public uint PortLength;

    /// <summary>u.Memory.Start: the physical address of the registers.</summary>
    [FieldOffset(4)]
    public NDIS_PHYSICAL_ADDRESS MemoryStart;

    /// <summary>u.Memory.Length, in bytes.</summary>
    [FieldOffset(12)]
    public uint MemoryLength;

    /// <summary>u.Interrupt.Level.</summary>
    [FieldOffset(4)]
    public uint InterruptLevel;

    /// <summary>u.Interrupt.Vector.</summary>
    [FieldOffset(8)]
    public uint InterruptVector;

    /// <summary>u.Interrupt.Affinity: a mask of processors.</summary>
    [FieldOffset(12)]
    public ulong InterruptAffinity;
}
