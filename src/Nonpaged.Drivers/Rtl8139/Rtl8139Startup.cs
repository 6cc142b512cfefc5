namespace Nonpaged.Drivers.Rtl8139;

/// <summary>How an adapter gets what it needs, and gives it back.</summary>
internal static unsafe class Rtl8139Startup
{
    private const uint DefaultReceiveRing = 32;

    // The device may write this much behind the ring's nominal end (RCR, RBLEN).
    private const uint RingTail = 16;

    // The device takes 32-bit addresses. A board may wire fewer lines; a larger number is for those who want to see what a wrong
    // limit does.
    private const uint DefaultAddressBits = 32;

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

        uint size = (uint)sizeof(Rtl8139Adapter);
        if (NdisAllocateMemory(out void* context, size, 0, NDIS_PHYSICAL_ADDRESS.None) != NDIS_STATUS_SUCCESS)
        {
            NdisWriteErrorLogEntry(MiniportAdapterHandle, NDIS_ERROR_CODE_OUT_OF_RESOURCES, size);
            return NDIS_STATUS_RESOURCES;
        }

        NdisZeroMemory(context, size);
        var adapter = (Rtl8139Adapter*)context;
        adapter->Handle = MiniportAdapterHandle;
        NdisMSetAttributesEx(MiniportAdapterHandle, adapter, 0, NDIS_ATTRIBUTE_BUS_MASTER, NDIS_INTERFACE_TYPE.NdisInterfacePci);
        NDIS_STATUS status = Claim(adapter, WrapperConfigurationContext);
        if (status != NDIS_STATUS_SUCCESS) Release(adapter);
        return status;
    }

    /// <summary>
    /// Takes what the adapter needs, in order. What was taken is given back by <see cref="Release"/>, however far it came.
    /// </summary>
    private static NDIS_STATUS Claim(Rtl8139Adapter* adapter, NDIS_HANDLE configuration)
    {
        var resources = PciResources.Query(configuration);
        if (resources.MemoryLength == 0 || !resources.HasInterrupt)
        {
            NdisWriteErrorLogEntry(adapter->Handle, NDIS_ERROR_CODE_ADAPTER_NOT_FOUND);
            return NDIS_STATUS_ADAPTER_NOT_FOUND;
        }

        adapter->AddressBits = DriverParameters.ReadNumber(configuration, "DmaAddressBits", DefaultAddressBits);
        NDIS_STATUS status = NdisMInitializeScatterGatherDma(
            adapter->Handle, adapter->AddressBits > DefaultAddressBits, Rtl8139Adapter.TransmitBufferSize);
        if (status != NDIS_STATUS_SUCCESS)
        {
            NdisWriteErrorLogEntry(adapter->Handle, NDIS_ERROR_CODE_OUT_OF_RESOURCES, Rtl8139Adapter.TransmitBufferSize);
            return status;
        }

        status = NdisMMapIoSpace(out void* registers, adapter->Handle, resources.MemoryStart, resources.MemoryLength);
        if (status != NDIS_STATUS_SUCCESS) return status;
        adapter->Registers = (byte*)registers;
        adapter->RegistersLength = resources.MemoryLength;

        Rtl8139Hardware.Stop(adapter);
        Rtl8139Hardware.ReadPermanentAddress(adapter);
        DriverParameters.ReadNetworkAddress(configuration, adapter->CurrentAddress);
        adapter->IsWindowsNt = DriverParameters.IsWindowsNt(configuration);
        if (!AllocateBuffers(adapter, DriverParameters.ReadNumber(configuration, "ReceiveRing", DefaultReceiveRing)))
        {
            NdisWriteErrorLogEntry(adapter->Handle, NDIS_ERROR_CODE_OUT_OF_RESOURCES, adapter->RingLength);
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
        Rtl8139Hardware.Start(adapter);
        Rtl8139Interrupts.Enable(adapter);
        return NDIS_STATUS_SUCCESS;
    }

    public static void Halt(void* MiniportAdapterContext) => Release((Rtl8139Adapter*)MiniportAdapterContext);

    /// <summary>Stops the device first: memory that it can write to goes back only after that.</summary>
    private static void Release(Rtl8139Adapter* adapter)
    {
        if (adapter->Registers is not null) Rtl8139Hardware.Stop(adapter);
        if (adapter->IsInterruptRegistered) NdisMDeregisterInterrupt(&adapter->Interrupt);
        adapter->ReceiveRing.Free(adapter->Handle);
        adapter->TransmitBlock.Free(adapter->Handle);
        if (adapter->Registers is not null) NdisMUnmapIoSpace(adapter->Handle, adapter->Registers, adapter->RegistersLength);
        NdisFreeMemory(adapter, (uint)sizeof(Rtl8139Adapter), 0);
    }

    /// <summary>
    /// Allocates the receive ring and four transmit buffers, and where that fails, half of the ring, down to 8 KiB, and then half
    /// as many transmit buffers (NdisAllocateMemory: a driver can allocate smaller blocks instead of failing to initialize).
    /// </summary>
    private static bool AllocateBuffers(Rtl8139Adapter* adapter, uint kilobytes)
    {
        uint lengthCode = kilobytes switch { >= 64 => 3u, >= 32 => 2u, >= 16 => 1u, _ => 0u };
        for (uint buffers = Rtl8139Adapter.TransmitDescriptors; buffers > 0; buffers /= 2)
        {
            for (int code = (int)lengthCode; code >= 0; code--)
            {
                adapter->TransmitBuffers = buffers;
                adapter->ReceiveLengthCode = (uint)code;
                if (TryAllocateBuffers(adapter)) return true;
            }
        }

        return false;
    }

    private static bool TryAllocateBuffers(Rtl8139Adapter* adapter)
    {
        NDIS_HANDLE handle = adapter->Handle;
        var highest = new NDIS_PHYSICAL_ADDRESS(adapter->AddressBits >= 64 ? -1 : (1L << (int)adapter->AddressBits) - 1);
        uint transmit = adapter->TransmitBuffers * Rtl8139Adapter.TransmitBufferSize;
        if (DmaBlock.TryAllocate(handle, adapter->IsWindowsNt, adapter->RingLength + RingTail, highest, out adapter->ReceiveRing)
            && DmaBlock.TryAllocate(handle, adapter->IsWindowsNt, transmit, highest, out adapter->TransmitBlock))
            return true;
        adapter->ReceiveRing.Free(handle);
        adapter->TransmitBlock.Free(handle);
        return false;
    }
}
