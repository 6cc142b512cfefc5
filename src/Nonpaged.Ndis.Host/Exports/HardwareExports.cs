using System.Runtime.InteropServices;

namespace Nonpaged.Ndis.Host;

/// <summary>ndismini.h and wdm.h: resources, ports, registers, interrupts, DMA.</summary>
internal static unsafe class HardwareExports
{
    [UnmanagedCallersOnly(EntryPoint = nameof(NdisMQueryAdapterResources))]
    public static void NdisMQueryAdapterResources(
        NDIS_STATUS* Status, nint WrapperConfigurationContext, NDIS_RESOURCE_LIST* ResourceList, uint* BufferSize)
    {
        using var call = NativeCall.Enter(nameof(NdisMQueryAdapterResources));
        NdisLibrary.NdisMQueryAdapterResources(
            out *Status, new NDIS_HANDLE(WrapperConfigurationContext), ResourceList, ref *BufferSize);
        call.Trace($"Status={*Status} WrapperConfigurationContext={WrapperConfigurationContext} ResourceList={ResourceList} "
            + $"BufferSize={*BufferSize}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisMPciAssignResources))]
    public static NDIS_STATUS NdisMPciAssignResources(
        nint MiniportHandle, uint SlotNumber, NDIS_RESOURCE_LIST** AssignedResources)
    {
        using var call = NativeCall.Enter(nameof(NdisMPciAssignResources));
        NDIS_STATUS status = NdisLibrary.NdisMPciAssignResources(
            new NDIS_HANDLE(MiniportHandle), SlotNumber, out NDIS_RESOURCE_LIST* list);
        *AssignedResources = list;
        call.Trace($"MiniportHandle={MiniportHandle} SlotNumber={SlotNumber} AssignedResources={list} ={status}");
        return status;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisMGetDeviceProperty))]
    public static void NdisMGetDeviceProperty(
        nint MiniportAdapterHandle,
        void** Physical,
        void** Functional,
        void** Next,
        NDIS_RESOURCE_LIST** Allocated,
        NDIS_RESOURCE_LIST** Translated)
    {
        using var call = NativeCall.Enter(nameof(NdisMGetDeviceProperty));
        NdisLibrary.NdisMGetDeviceProperty(new NDIS_HANDLE(MiniportAdapterHandle), out NDIS_RESOURCE_LIST* list);
        if (Physical != null) *Physical = null;
        if (Functional != null) *Functional = null;
        if (Next != null) *Next = null;
        if (Allocated != null) *Allocated = list;
        if (Translated != null) *Translated = list;
        call.Trace($"MiniportAdapterHandle={MiniportAdapterHandle} AllocatedResources={list}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisReadPciSlotInformation))]
    public static uint NdisReadPciSlotInformation(nint NdisAdapterHandle, uint SlotNumber, uint Offset, void* Buffer, uint Length)
    {
        using var call = NativeCall.Enter(nameof(NdisReadPciSlotInformation));
        uint read = NdisLibrary.NdisReadPciSlotInformation(
            new NDIS_HANDLE(NdisAdapterHandle), SlotNumber, Offset, Buffer, Length);
        call.Trace($"NdisAdapterHandle={NdisAdapterHandle} SlotNumber={SlotNumber} Offset={Offset} Buffer={Buffer} "
            + $"Length={Length} ={read}");
        return read;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisWritePciSlotInformation))]
    public static uint NdisWritePciSlotInformation(
        nint NdisAdapterHandle, uint SlotNumber, uint Offset, void* Buffer, uint Length)
    {
        using var call = NativeCall.Enter(nameof(NdisWritePciSlotInformation));
        uint written = NdisLibrary.NdisWritePciSlotInformation(
            new NDIS_HANDLE(NdisAdapterHandle), SlotNumber, Offset, Buffer, Length);
        call.Trace($"NdisAdapterHandle={NdisAdapterHandle} SlotNumber={SlotNumber} Offset={Offset} Buffer={Buffer} "
            + $"Length={Length} ={written}");
        return written;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisMRegisterIoPortRange))]
    public static NDIS_STATUS NdisMRegisterIoPortRange(
        void** PortOffset, nint MiniportAdapterHandle, uint InitialPort, uint NumberOfPorts)
    {
        using var call = NativeCall.Enter(nameof(NdisMRegisterIoPortRange));
        NDIS_STATUS status = NdisLibrary.NdisMRegisterIoPortRange(
            out void* offset, new NDIS_HANDLE(MiniportAdapterHandle), InitialPort, NumberOfPorts);
        *PortOffset = offset;
        call.Trace($"PortOffset={offset} MiniportAdapterHandle={MiniportAdapterHandle} InitialPort={InitialPort} "
            + $"NumberOfPorts={NumberOfPorts} ={status}");
        return status;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisMDeregisterIoPortRange))]
    public static void NdisMDeregisterIoPortRange(
        nint MiniportAdapterHandle, uint InitialPort, uint NumberOfPorts, void* PortOffset)
    {
        using var call = NativeCall.Enter(nameof(NdisMDeregisterIoPortRange));
        NdisLibrary.NdisMDeregisterIoPortRange(new NDIS_HANDLE(MiniportAdapterHandle), InitialPort, NumberOfPorts, PortOffset);
        call.Trace($"MiniportAdapterHandle={MiniportAdapterHandle} InitialPort={InitialPort} NumberOfPorts={NumberOfPorts} "
            + $"PortOffset={PortOffset}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisMMapIoSpace))]
    public static NDIS_STATUS NdisMMapIoSpace(
        void** VirtualAddress, nint MiniportAdapterHandle, long PhysicalAddress, uint Length)
    {
        using var call = NativeCall.Enter(nameof(NdisMMapIoSpace));
        NDIS_STATUS status = NdisLibrary.NdisMMapIoSpace(
            out void* address, new NDIS_HANDLE(MiniportAdapterHandle), new NDIS_PHYSICAL_ADDRESS(PhysicalAddress), Length);
        *VirtualAddress = address;
        call.Trace($"VirtualAddress={address} MiniportAdapterHandle={MiniportAdapterHandle} PhysicalAddress={PhysicalAddress} "
            + $"Length={Length} ={status}");
        return status;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisMUnmapIoSpace))]
    public static void NdisMUnmapIoSpace(nint MiniportAdapterHandle, void* VirtualAddress, uint Length)
    {
        using var call = NativeCall.Enter(nameof(NdisMUnmapIoSpace));
        NdisLibrary.NdisMUnmapIoSpace(new NDIS_HANDLE(MiniportAdapterHandle), VirtualAddress, Length);
        call.Trace($"MiniportAdapterHandle={MiniportAdapterHandle} VirtualAddress={VirtualAddress} Length={Length}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisMRegisterInterrupt))]
    public static NDIS_STATUS NdisMRegisterInterrupt(
        NDIS_MINIPORT_INTERRUPT* Interrupt,
        nint MiniportAdapterHandle,
        uint InterruptVector,
        uint InterruptLevel,
        byte RequestIsr,
        byte SharedInterrupt,
        NDIS_INTERRUPT_MODE InterruptMode)
    {
        using var call = NativeCall.Enter(nameof(NdisMRegisterInterrupt));
        NDIS_STATUS status = NdisLibrary.NdisMRegisterInterrupt(
            Interrupt, new NDIS_HANDLE(MiniportAdapterHandle), InterruptVector, InterruptLevel, RequestIsr != 0,
            SharedInterrupt != 0, InterruptMode);
        call.Trace($"Interrupt={Interrupt} MiniportAdapterHandle={MiniportAdapterHandle} InterruptVector={InterruptVector} "
            + $"InterruptLevel={InterruptLevel} RequestIsr={RequestIsr} SharedInterrupt={SharedInterrupt} "
            + $"InterruptMode={(uint)InterruptMode} ={status}");
        return status;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisMDeregisterInterrupt))]
    public static void NdisMDeregisterInterrupt(NDIS_MINIPORT_INTERRUPT* Interrupt)
    {
        using var call = NativeCall.Enter(nameof(NdisMDeregisterInterrupt));
        NdisLibrary.NdisMDeregisterInterrupt(Interrupt);
        call.Trace($"Interrupt={Interrupt}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NonpagedSynchronizeWithInterrupt))]
    public static byte NonpagedSynchronizeWithInterrupt(
        NDIS_MINIPORT_INTERRUPT* Interrupt, delegate* unmanaged<void*, byte> SynchronizeFunction, void* SynchronizeContext)
    {
        using var call = NativeCall.Enter("NdisMSynchronizeWithInterrupt");
        byte result = NdisLibrary.NdisMSynchronizeWithInterrupt(Interrupt, context =>
        {
            using var function = DriverFunction.Enter("the synchronized function");
            return SynchronizeFunction(context) != 0;
        }, SynchronizeContext) ? (byte)1 : (byte)0;
        call.Trace($"Interrupt={Interrupt} SynchronizeFunction={(nint)SynchronizeFunction} "
            + $"SynchronizeContext={SynchronizeContext} ={result}");
        return result;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisMInitializeScatterGatherDma))]
    public static NDIS_STATUS NdisMInitializeScatterGatherDma(
        nint MiniportAdapterHandle, byte Dma64BitAddresses, uint MaximumPhysicalMapping)
    {
        using var call = NativeCall.Enter(nameof(NdisMInitializeScatterGatherDma));
        NDIS_STATUS status = NdisLibrary.NdisMInitializeScatterGatherDma(
            new NDIS_HANDLE(MiniportAdapterHandle), Dma64BitAddresses != 0, MaximumPhysicalMapping);
        call.Trace($"MiniportAdapterHandle={MiniportAdapterHandle} Dma64BitAddresses={Dma64BitAddresses} "
            + $"MaximumPhysicalMapping={MaximumPhysicalMapping} ={status}");
        return status;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisMAllocateMapRegisters))]
    public static NDIS_STATUS NdisMAllocateMapRegisters(
        nint MiniportAdapterHandle, uint DmaChannel, byte DmaSize, uint PhysicalMapRegistersNeeded, uint MaximumPhysicalMapping)
    {
        using var call = NativeCall.Enter(nameof(NdisMAllocateMapRegisters));
        NDIS_STATUS status = NdisLibrary.NdisMAllocateMapRegisters(
            new NDIS_HANDLE(MiniportAdapterHandle), DmaChannel, DmaSize, PhysicalMapRegistersNeeded, MaximumPhysicalMapping);
        call.Trace($"MiniportAdapterHandle={MiniportAdapterHandle} DmaChannel={DmaChannel} DmaSize={DmaSize} "
            + $"PhysicalMapRegistersNeeded={PhysicalMapRegistersNeeded} MaximumPhysicalMapping={MaximumPhysicalMapping} "
            + $"={status}");
        return status;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisMFreeMapRegisters))]
    public static void NdisMFreeMapRegisters(nint MiniportAdapterHandle)
    {
        using var call = NativeCall.Enter(nameof(NdisMFreeMapRegisters));
        NdisLibrary.NdisMFreeMapRegisters(new NDIS_HANDLE(MiniportAdapterHandle));
        call.Trace($"MiniportAdapterHandle={MiniportAdapterHandle}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisMStartBufferPhysicalMapping))]
    public static void NdisMStartBufferPhysicalMapping(
        nint MiniportAdapterHandle,
        NDIS_BUFFER* Buffer,
        uint PhysicalMapRegister,
        byte WriteToDevice,
        NDIS_PHYSICAL_ADDRESS_UNIT* PhysicalAddressArray,
        uint* ArraySize)
    {
        using var call = NativeCall.Enter(nameof(NdisMStartBufferPhysicalMapping));
        NdisLibrary.NdisMStartBufferPhysicalMapping(
            new NDIS_HANDLE(MiniportAdapterHandle), Buffer, PhysicalMapRegister, WriteToDevice != 0, PhysicalAddressArray,
            out *ArraySize);
        call.Trace($"MiniportAdapterHandle={MiniportAdapterHandle} Buffer={Buffer} PhysicalMapRegister={PhysicalMapRegister} "
            + $"WriteToDevice={WriteToDevice} ArraySize={*ArraySize}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisMCompleteBufferPhysicalMapping))]
    public static void NdisMCompleteBufferPhysicalMapping(
        nint MiniportAdapterHandle, NDIS_BUFFER* Buffer, uint PhysicalMapRegister)
    {
        using var call = NativeCall.Enter(nameof(NdisMCompleteBufferPhysicalMapping));
        NdisLibrary.NdisMCompleteBufferPhysicalMapping(new NDIS_HANDLE(MiniportAdapterHandle), Buffer, PhysicalMapRegister);
        call.Trace($"MiniportAdapterHandle={MiniportAdapterHandle} Buffer={Buffer} PhysicalMapRegister={PhysicalMapRegister}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisMAllocateSharedMemoryAsync))]
    public static NDIS_STATUS NdisMAllocateSharedMemoryAsync(nint MiniportAdapterHandle, uint Length, byte Cached, void* Context)
    {
        using var call = NativeCall.Enter(nameof(NdisMAllocateSharedMemoryAsync));
        NDIS_STATUS status = NdisLibrary.NdisMAllocateSharedMemoryAsync(
            new NDIS_HANDLE(MiniportAdapterHandle), Length, Cached != 0, Context);
        call.Trace($"MiniportAdapterHandle={MiniportAdapterHandle} Length={Length} Cached={Cached} Context={Context} ={status}");
        return status;
    }
}
