namespace Nonpaged.Drivers;

/// <summary>The resources of a PCI adapter that its driver uses: one range of registers, one of ports, one interrupt.</summary>
internal unsafe struct PciResources
{
    public NDIS_PHYSICAL_ADDRESS MemoryStart;
    public uint MemoryLength;
    public uint PortStart;
    public uint PortLength;
    public uint InterruptVector;
    public uint InterruptLevel;
    public bool HasInterrupt;

    /// <summary>Asks NDIS for them: the first range of each kind.</summary>
    public static PciResources Query(NDIS_HANDLE wrapperConfiguration)
    {
        // Six base address registers and an interrupt at most.
        uint size = NDIS_RESOURCE_LIST.SizeFor(8);
        byte* bytes = stackalloc byte[(int)size];
        var list = (NDIS_RESOURCE_LIST*)bytes;
        NdisMQueryAdapterResources(out NDIS_STATUS status, wrapperConfiguration, list, ref size);
        var resources = default(PciResources);
        if (status != NDIS_STATUS_SUCCESS) return resources;
        for (uint index = 0u; index < list->Count; index++) resources.Take(NDIS_RESOURCE_LIST.PartialDescriptors(list)[index]);
        return resources;
    }

    private void Take(in CM_PARTIAL_RESOURCE_DESCRIPTOR one)
    {
        switch (one.Type)
        {
            case CM_RESOURCE_TYPE.CmResourceTypeMemory when MemoryLength == 0:
                MemoryStart = one.MemoryStart;
                MemoryLength = one.MemoryLength;
                break;
            case CM_RESOURCE_TYPE.CmResourceTypePort when PortLength == 0:
                PortStart = one.PortStart.LowPart;
                PortLength = one.PortLength;
                break;
            case CM_RESOURCE_TYPE.CmResourceTypeInterrupt:
                InterruptVector = one.InterruptVector;
                InterruptLevel = one.InterruptLevel;
                HasInterrupt = true;
                break;
        }
    }
}
