using Nonpaged.Machines;

namespace Nonpaged.Ndis;

/// <summary>Turns what a machine assigned to a device into resource descriptors.</summary>
internal static unsafe class AdapterResources
{
    private const byte ShareDeviceExclusive = 1;
    private const byte ShareShared = 3;
    private const ushort PortIo = 1;

    public static int Count(MachineDevice device) => device.Ranges.Count + (device.InterruptVector is null ? 0 : 1);

    /// <summary>Fills a list that has room for all.</summary>
    public static void Describe(MachineDevice device, NDIS_RESOURCE_LIST* list)
    {
        int count = Count(device);
        NdisLibrary.NdisZeroMemory(list, NDIS_RESOURCE_LIST.SizeFor(count));
        list->Version = list->Revision = 1;
        list->Count = (uint)count;
        CM_PARTIAL_RESOURCE_DESCRIPTOR* descriptor = NDIS_RESOURCE_LIST.PartialDescriptors(list);
        foreach (DeviceRange range in device.Ranges) Describe(range, descriptor++);
        if (device.InterruptVector is { } vector) Describe(vector, descriptor);
    }

    public static void Describe(DeviceRange range, CM_PARTIAL_RESOURCE_DESCRIPTOR* descriptor)
    {
        descriptor->Type = range.IsPort ? CM_RESOURCE_TYPE.CmResourceTypePort : CM_RESOURCE_TYPE.CmResourceTypeMemory;
        descriptor->ShareDisposition = ShareDeviceExclusive;
        descriptor->Flags = range.IsPort ? PortIo : (ushort)0;
        descriptor->MemoryStart = new NDIS_PHYSICAL_ADDRESS((long)range.Start);
        descriptor->MemoryLength = range.Length;
    }

    public static void Describe(uint vector, CM_PARTIAL_RESOURCE_DESCRIPTOR* descriptor)
    {
        descriptor->Type = CM_RESOURCE_TYPE.CmResourceTypeInterrupt;
        descriptor->ShareDisposition = ShareShared;
        descriptor->InterruptLevel = descriptor->InterruptVector = vector;
        descriptor->InterruptAffinity = 1;
    }
}
