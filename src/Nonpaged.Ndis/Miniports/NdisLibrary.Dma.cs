namespace Nonpaged.Ndis;

public static unsafe partial class NdisLibrary
{
    /// <summary>NDIS_DMA_SIZE: the device takes 24-bit addresses.</summary>
    public const byte NDIS_DMA_24BITS = 0;

    /// <summary>NDIS_DMA_SIZE: the device takes 32-bit addresses.</summary>
    public const byte NDIS_DMA_32BITS = 1;

    /// <summary>NDIS_DMA_SIZE: the device takes 64-bit addresses.</summary>
    public const byte NDIS_DMA_64BITS = 2;

    /// <summary>
    /// Tells how far the device's DMA reaches, which NdisMAllocateSharedMemory honours. Needs the bus master attribute.
    /// NDIS_STATUS_RESOURCES where there is no memory that the device reaches.
    /// </summary>
    public static NDIS_STATUS NdisMInitializeScatterGatherDma(
        NDIS_HANDLE MiniportAdapterHandle, bool Dma64BitAddresses, uint MaximumPhysicalMapping)
    {
        if (AdapterOf(MiniportAdapterHandle, Irql.PASSIVE_LEVEL) is not { } adapter) return NDIS_STATUS_FAILURE;
        if (!adapter.Bus.IsBusMaster) return NDIS_STATUS_NOT_SUPPORTED;
        if (IsShort()) return NDIS_STATUS_RESOURCES;
        return adapter.ScatterGather.Start(Dma64BitAddresses, MaximumPhysicalMapping);
    }

    /// <summary>Allocates map registers for a bus master; fails for any other.</summary>
    public static NDIS_STATUS NdisMAllocateMapRegisters(
        NDIS_HANDLE MiniportAdapterHandle,
        uint DmaChannel,
        byte DmaSize,
        uint PhysicalMapRegistersNeeded,
        uint MaximumPhysicalMapping)
    {
        if (AdapterOf(MiniportAdapterHandle, Irql.PASSIVE_LEVEL) is not { } adapter) return NDIS_STATUS_FAILURE;
        if (IsShort()) return NDIS_STATUS_RESOURCES;
        return adapter.MapRegisters.Allocate(PhysicalMapRegistersNeeded, DmaSize, MaximumPhysicalMapping);
    }

    /// <summary>
    /// Tells where the device finds a buffer's bytes: one entry for each contiguous piece. Needs map registers. An array of
    /// NDIS_BUFFER_TO_SPAN_PAGES entries is always long enough. Memory that the device does not reach is mapped through a bounce
    /// buffer; where there is no memory for that, ArraySize is 0, and it is reported.
    /// </summary>
    public static void NdisMStartBufferPhysicalMapping(
        NDIS_HANDLE MiniportAdapterHandle,
        NDIS_BUFFER* Buffer,
        uint PhysicalMapRegister,
        bool WriteToDevice,
        NDIS_PHYSICAL_ADDRESS_UNIT* PhysicalAddressArray,
        out uint ArraySize)
    {
        ArraySize = 0;
        if (AdapterOf(MiniportAdapterHandle, Irql.DISPATCH_LEVEL) is not { } adapter) return;
        foreach (SCATTER_GATHER_ELEMENT piece in adapter.MapRegisters.Start(Buffer, PhysicalMapRegister, WriteToDevice))
        {
            PhysicalAddressArray[ArraySize++] = new NDIS_PHYSICAL_ADDRESS_UNIT
            { PhysicalAddress = piece.Address, Length = piece.Length };
        }
    }

    /// <summary>Ends what NdisMStartBufferPhysicalMapping began: what the device wrote is in the buffer after it.</summary>
    public static void NdisMCompleteBufferPhysicalMapping(
        NDIS_HANDLE MiniportAdapterHandle, NDIS_BUFFER* Buffer, uint PhysicalMapRegister) =>
        AdapterOf(MiniportAdapterHandle, Irql.DISPATCH_LEVEL)?.MapRegisters.End(Buffer, PhysicalMapRegister);

    /// <summary>Gives the map registers back.</summary>
    public static void NdisMFreeMapRegisters(NDIS_HANDLE MiniportAdapterHandle)
    {
        if (AdapterOf(MiniportAdapterHandle, Irql.PASSIVE_LEVEL) is not { } adapter) return;
        if (!adapter.MapRegisters.Free())
            adapter.Report(NdisReportKind.BrokenRule, nameof(NdisMFreeMapRegisters), "No map registers are allocated.");
    }
}
