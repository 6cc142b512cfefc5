using Nonpaged.Machines;

namespace Nonpaged.Ndis;

public static unsafe partial class NdisLibrary
{
    private const uint PciConfigurationSize = 256;

    /// <summary>
    /// The resources that plug and play assigned: ports and registers in the order of the base address registers, and the
    /// interrupt. NDIS_STATUS_RESOURCES and the size needed where the list is too short.
    /// </summary>
    public static void NdisMQueryAdapterResources(
        out NDIS_STATUS Status, NDIS_HANDLE WrapperConfigurationContext, NDIS_RESOURCE_LIST* ResourceList, ref uint BufferSize)
    {
        Caller(Irql.PASSIVE_LEVEL);
        Status = NDIS_STATUS_FAILURE;
        if (Resolve<ConfigurationContext>(WrapperConfigurationContext) is not { Parameters.Adapter: { } adapter }) return;

        uint room = BufferSize;
        BufferSize = NDIS_RESOURCE_LIST.SizeFor(AdapterResources.Count(adapter.Device));
        Status = NDIS_STATUS_RESOURCES;
        if (ResourceList is null || room < BufferSize) return;
        AdapterResources.Describe(adapter.Device, ResourceList);
        Status = NDIS_STATUS_SUCCESS;
    }

    /// <summary>
    /// Reads the function's PCI configuration space; returns the bytes read, 0 for a card of another bus.
    /// </summary>
    public static uint NdisReadPciSlotInformation(
        NDIS_HANDLE NdisAdapterHandle, uint SlotNumber, uint Offset, void* Buffer, uint Length)
    {
        if (AdapterOf(NdisAdapterHandle, Irql.DISPATCH_LEVEL)?.Device is not PciDevice function) return 0;
        if (Offset >= PciConfigurationSize) return 0;
        uint length = Math.Min(Length, PciConfigurationSize - Offset);
        function.ReadConfiguration((int)Offset, new Span<byte>(Buffer, (int)length));
        return length;
    }

    /// <summary>
    /// Writes the function's PCI configuration space; returns the bytes written, 0 for a card of another bus.
    /// </summary>
    public static uint NdisWritePciSlotInformation(
        NDIS_HANDLE NdisAdapterHandle, uint SlotNumber, uint Offset, void* Buffer, uint Length)
    {
        if (AdapterOf(NdisAdapterHandle, Irql.DISPATCH_LEVEL) is not { Device: PciDevice function } adapter) return 0;
        if (Offset >= PciConfigurationSize) return 0;
        uint length = Math.Min(Length, PciConfigurationSize - Offset);
        adapter.Bus.WatchCommand(Offset, length);
        function.WriteConfiguration((int)Offset, new ReadOnlySpan<byte>(Buffer, (int)length));
        return length;
    }

    /// <summary>
    /// Registers the use of the function's I/O ports. PortOffset is what NdisRawReadPortXxx and
    /// NdisRawWritePortXxx add a port's number to.
    /// </summary>
    public static NDIS_STATUS NdisMRegisterIoPortRange(
        out void* PortOffset, NDIS_HANDLE MiniportAdapterHandle, uint InitialPort, uint NumberOfPorts)
    {
        PortOffset = null;
        if (AdapterOf(MiniportAdapterHandle, Irql.PASSIVE_LEVEL) is not { } adapter) return NDIS_STATUS_FAILURE;
        adapter.Miniport.RequireAttributes(nameof(NdisMRegisterIoPortRange));
        if (IsShort()) return NDIS_STATUS_RESOURCES;
        if (!adapter.Resources.OwnsPorts(InitialPort, NumberOfPorts)
            || adapter.Instance.PortRegistry.Overlaps(InitialPort, NumberOfPorts))
        {
            adapter.Report(
                NdisReportKind.BrokenRule,
                nameof(NdisMRegisterIoPortRange),
                $"{NumberOfPorts} ports from 0x{InitialPort:x} are not the device's, or are registered already. "
                    + $"The device has {adapter.Resources.DescribePorts()}.");
            return NDIS_STATUS_RESOURCE_CONFLICT;
        }

        adapter.Instance.PortRegistry.Add(new PortRange(adapter, InitialPort, NumberOfPorts));
        PortOffset = (void*)InitialPort;
        return NDIS_STATUS_SUCCESS;
    }

    /// <summary>Undoes NdisMRegisterIoPortRange, with the same arguments.</summary>
    public static void NdisMDeregisterIoPortRange(
        NDIS_HANDLE MiniportAdapterHandle, uint InitialPort, uint NumberOfPorts, void* PortOffset)
    {
        if (AdapterOf(MiniportAdapterHandle, Irql.PASSIVE_LEVEL) is not { } adapter) return;
        if (!adapter.Instance.PortRegistry.Remove(new PortRange(adapter, InitialPort, NumberOfPorts)))
        {
            adapter.Report(
                NdisReportKind.BadHandle,
                nameof(NdisMDeregisterIoPortRange),
                $"{NumberOfPorts} ports from 0x{InitialPort:x} are not registered. Nothing was deregistered.");
        }
    }

    /// <summary>
    /// Maps the function's registers. The address is for NdisReadRegisterXxx and
    /// NdisWriteRegisterXxx alone; a dereference faults.
    /// </summary>
    public static NDIS_STATUS NdisMMapIoSpace(
        out void* VirtualAddress, NDIS_HANDLE MiniportAdapterHandle, NDIS_PHYSICAL_ADDRESS PhysicalAddress, uint Length)
    {
        VirtualAddress = null;
        if (AdapterOf(MiniportAdapterHandle, Irql.PASSIVE_LEVEL) is not { } adapter) return NDIS_STATUS_FAILURE;
        adapter.Miniport.RequireAttributes(nameof(NdisMMapIoSpace));
        if (IsShort()) return NDIS_STATUS_RESOURCES;
        if (!adapter.Resources.OwnsRegisters(PhysicalAddress.ToPhysicalAddress(), Length))
        {
            adapter.Report(
                NdisReportKind.BrokenRule, nameof(NdisMMapIoSpace), $"{Length} bytes at {PhysicalAddress} are not the device's.");
            return NDIS_STATUS_RESOURCE_CONFLICT;
        }

        RegisterWindow window = adapter.Machine.MapRegisters(PhysicalAddress.ToPhysicalAddress(), Length);
        if (adapter.Instance.IoSpaces.Add(adapter, window) is not { } space) return NDIS_STATUS_RESOURCES;
        VirtualAddress = (void*)space.Address;
        return NDIS_STATUS_SUCCESS;
    }

    /// <summary>Undoes NdisMMapIoSpace, with the same address and length.</summary>
    public static void NdisMUnmapIoSpace(NDIS_HANDLE MiniportAdapterHandle, void* VirtualAddress, uint Length)
    {
        if (AdapterOf(MiniportAdapterHandle, Irql.PASSIVE_LEVEL) is not { } adapter) return;
        IoSpace? space = adapter.Instance.IoSpaces.Find((nuint)VirtualAddress, out uint offset);
        if (space is null || space.Adapter != adapter || offset != 0 || space.Window.Length != Length)
        {
            adapter.Report(
                NdisReportKind.BadHandle,
                nameof(NdisMUnmapIoSpace),
                $"{Length} bytes at 0x{(nuint)VirtualAddress:x} are not what NdisMMapIoSpace mapped. Nothing was unmapped.");
            return;
        }

        adapter.Instance.IoSpaces.Remove(space);
    }
}
