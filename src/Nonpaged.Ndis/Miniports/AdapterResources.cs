using Nonpaged.Machines;

namespace Nonpaged.Ndis;

/// <summary>Turns what a machine assigned to a PCI function into resource descriptors.</summary>
internal static unsafe class AdapterResources
{
    private const byte ShareDeviceExclusive = 1;
    private const byte ShareShared = 3;
    private const ushort PortIo = 1;

    public static int Count(PciDevice device) => device.Bars.Count + (device.InterruptVector is null ? 0 : 1);

    /// <summary>Fills a list that has room for all.</summary>
    public static void Describe(PciDevice device, NDIS_RESOURCE_LIST* list)
    {
        var count = Count(device);
        NdisLibrary.NdisZeroMemory(list, NDIS_RESOURCE_LIST.SizeFor(count));
        list->Version = list->Revision = 1;
        list->Count = (uint)count;
        var descriptor = NDIS_RESOURCE_LIST.PartialDescriptors(list);
        foreach (var bar in device.Bars) Describe(bar, descriptor++);
        if (device.InterruptVector is { } vector) Describe(vector, descriptor);
    }

    public static void Describe(PciBar bar, CM_PARTIAL_RESOURCE_DESCRIPTOR* descriptor)
    {
        descriptor->Type = bar.IsPort ? CM_RESOURCE_TYPE.CmResourceTypePort : CM_RESOURCE_TYPE.CmResourceTypeMemory;
        descriptor->ShareDisposition = ShareDeviceExclusive;
        descriptor->Flags = bar.IsPort ? PortIo : (ushort)0;
        descriptor->MemoryStart = new NDIS_PHYSICAL_ADDRESS((long)bar.Start);
        descriptor->MemoryLength = bar.Length;
    }

    public static void Describe(uint vector, CM_PARTIAL_RESOURCE_DESCRIPTOR* descriptor)
    {
        descriptor->Type = CM_RESOURCE_TYPE.CmResourceTypeInterrupt;
        descriptor->ShareDisposition = ShareShared;
        descriptor->InterruptLevel = descriptor->InterruptVector = vector;
        descriptor->InterruptAffinity = 1;
    }
}
