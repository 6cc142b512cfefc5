using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>NDIS_RESOURCE_LIST (CM_PARTIAL_RESOURCE_LIST): what NdisMQueryAdapterResources fills.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
public unsafe struct NDIS_RESOURCE_LIST
{
    /// <summary>The structure's version: 1.</summary>
    public ushort Version;

    /// <summary>The structure's revision: 1.</summary>
    public ushort Revision;

    /// <summary>How many descriptors follow.</summary>
    public uint Count;

    /// <summary>PartialDescriptors[0].</summary>
    public CM_PARTIAL_RESOURCE_DESCRIPTOR FirstDescriptor;

    /// <summary>The bytes that a list of this many descriptors needs.</summary>
    public static uint SizeFor(int count) => (uint)(8 + (count * sizeof(CM_PARTIAL_RESOURCE_DESCRIPTOR)));

    /// <summary>The descriptors of a list, as an array.</summary>
    public static CM_PARTIAL_RESOURCE_DESCRIPTOR* PartialDescriptors(NDIS_RESOURCE_LIST* list) =>
        (CM_PARTIAL_RESOURCE_DESCRIPTOR*)((byte*)list + 8);
}
