namespace Nonpaged.Drivers.E1000;

/// <summary>How an adapter gets what it needs, and gives it back.</summary>
internal static unsafe class E1000Startup
{
    private const uint DefaultDescriptors = 64;

    public static NDIS_STATUS Initialize(
        out NDIS_STATUS OpenErrorStatus,
        out uint SelectedMediumIndex,
        NDIS_MEDIUM* MediumArray,
        uint MediumArraySize,
        NDIS_HANDLE MiniportAdapterHandle,
        NDIS_HANDLE WrapperConfigurationContext)
    {
        OpenErrorStatus = NDIS_STATUS_SUCCESS;
        SelectedMediumIndex = 0;
        while (SelectedMediumIndex < MediumArraySize && MediumArray[SelectedMediumIndex] != NDIS_MEDIUM.NdisMedium802_3)
            SelectedMediumIndex++;
        if (SelectedMediumIndex == MediumArraySize) return NDIS_STATUS_UNSUPPORTED_MEDIA;

        uint size = (uint)sizeof(E1000Adapter);
        if (NdisAllocateMemory(out void* context, size, 0, NDIS_PHYSICAL_ADDRESS.None) != NDIS_STATUS_SUCCESS)
        {
            NdisWriteErrorLogEntry(MiniportAdapterHandle, NDIS_ERROR_CODE_OUT_OF_RESOURCES, size);
            return NDIS_STATUS_RESOURCES;
        }

        NdisZeroMemory(context, size);
        var adapter = (E1000Adapter*)context;
        adapter->Handle = MiniportAdapterHandle;
        NdisMSetAttributesEx(MiniportAdapterHandle, adapter, 0, NDIS_ATTRIBUTE_BUS_MASTER, NDIS_INTERFACE_TYPE.NdisInterfacePci);
        NDIS_STATUS status = Claim(adapter, WrapperConfigurationContext);
        if (status != NDIS_STATUS_SUCCESS) Release(adapter);
        return status;
    }

    /// <summary>
    /// Takes what the adapter needs, in order. What was taken is given back by <see cref="Release"/>, however far it came.
    /// </summary>
    private static NDIS_STATUS Claim(E1000Adapter* adapter, NDIS_HANDLE configuration)
    {
        var resources = PciResources.Query(configuration);
        if (resources.MemoryLength == 0 || !resources.HasInterrupt)
        {
            NdisWriteErrorLogEntry(adapter->Handle, NDIS_ERROR_CODE_ADAPTER_NOT_FOUND);
            return NDIS_STATUS_ADAPTER_NOT_FOUND;
        }

        // The device takes 64-bit addresses, so NdisMAllocateSharedMemory need not stay below 4 GiB for it.
        NdisMInitializeScatterGatherDma(adapter->Handle, true, E1000Adapter.BufferSize);
        NDIS_STATUS status = NdisMMapIoSpace(out void* registers, adapter->Handle, resources.MemoryStart, resources.MemoryLength);
        if (status != NDIS_STATUS_SUCCESS) return status;
        adapter->Registers = (byte*)registers;
        adapter->RegistersLength = resources.MemoryLength;

        E1000Hardware.Stop(adapter);
        if (!E1000Hardware.ReadPermanentAddress(adapter))
        {
            NdisWriteErrorLogEntry(adapter->Handle, NDIS_ERROR_CODE_HARDWARE_FAILURE, Register.EERD);
            return NDIS_STATUS_FAILURE;
        }

        NdisMoveMemory(adapter->CurrentAddress, adapter->PermanentAddress, 6);
        DriverParameters.ReadNetworkAddress(configuration, adapter->CurrentAddress);
        adapter->IsWindowsNt = DriverParameters.IsWindowsNt(configuration);
        if (!AllocateRings(adapter, DriverParameters.ReadNumber(configuration, "*ReceiveBuffers", DefaultDescriptors)))
        {
            NdisWriteErrorLogEntry(adapter->Handle, NDIS_ERROR_CODE_OUT_OF_RESOURCES, E1000Adapter.FewestDescriptors);
            return NDIS_STATUS_RESOURCES;
        }

        status = NdisMRegisterInterrupt(
            &adapter->Interrupt,
            adapter->Handle,
            resources.InterruptVector,
            resources.InterruptLevel,
            true,
            true,
            NDIS_INTERRUPT_MODE.NdisInterruptLevelSensitive);
        if (status != NDIS_STATUS_SUCCESS)
        {
            NdisWriteErrorLogEntry(adapter->Handle, NDIS_ERROR_CODE_INTERRUPT_CONNECT, resources.InterruptVector);
            return status;
        }

        adapter->IsInterruptRegistered = true;
        E1000Hardware.Start(adapter);
        E1000Interrupts.Enable(adapter);
        return NDIS_STATUS_SUCCESS;
    }

    public static void Halt(void* MiniportAdapterContext) => Release((E1000Adapter*)MiniportAdapterContext);

    /// <summary>Stops the device first: memory that it can write to goes back only after that.</summary>
    private static void Release(E1000Adapter* adapter)
    {
        if (adapter->Registers is not null) E1000Hardware.Stop(adapter);
        if (adapter->IsInterruptRegistered) NdisMDeregisterInterrupt(&adapter->Interrupt);
        FreeRings(adapter);
        if (adapter->Registers is not null) NdisMUnmapIoSpace(adapter->Handle, adapter->Registers, adapter->RegistersLength);
        NdisFreeMemory(adapter, (uint)sizeof(E1000Adapter), 0);
    }

    /// <summary>
    /// Allocates both rings with their buffers, and where that fails, half as many, down to eight of each (NdisAllocateMemory: a
    /// driver can allocate smaller blocks instead of failing to initialize). RDLEN and TDLEN are multiples of 128 bytes, eight
    /// descriptors.
    /// </summary>
    private static bool AllocateRings(E1000Adapter* adapter, uint descriptors)
    {
        uint count = Math.Clamp(descriptors, E1000Adapter.FewestDescriptors, E1000Adapter.MostDescriptors) & ~7u;
        for (; count >= E1000Adapter.FewestDescriptors; count = (count / 2) & ~7u)
        {
            NDIS_PHYSICAL_ADDRESS anywhere = NDIS_PHYSICAL_ADDRESS.None;
            uint ring = count * (uint)sizeof(ReceiveDescriptor);
            uint buffers = count * E1000Adapter.BufferSize;
            (NDIS_HANDLE handle, bool isNt) = (adapter->Handle, adapter->IsWindowsNt);
            adapter->Descriptors = count;
            if (DmaBlock.TryAllocate(handle, isNt, ring, anywhere, out adapter->ReceiveRing)
                && DmaBlock.TryAllocate(handle, isNt, buffers, anywhere, out adapter->ReceiveBuffers)
                && DmaBlock.TryAllocate(handle, isNt, ring, anywhere, out adapter->TransmitRing)
                && DmaBlock.TryAllocate(handle, isNt, buffers, anywhere, out adapter->TransmitBuffers))
                return true;
            FreeRings(adapter);
        }

        return false;
    }

    private static void FreeRings(E1000Adapter* adapter)
    {
        adapter->ReceiveRing.Free(adapter->Handle);
        adapter->ReceiveBuffers.Free(adapter->Handle);
        adapter->TransmitRing.Free(adapter->Handle);
        adapter->TransmitBuffers.Free(adapter->Handle);
    }
}
