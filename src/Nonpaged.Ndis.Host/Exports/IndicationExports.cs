using System.Runtime.InteropServices;

namespace Nonpaged.Ndis.Host;

/// <summary>ndismini.h: what a miniport tells NDIS of sends, receives, requests, resets and its state.</summary>
internal static unsafe class IndicationExports
{
    [UnmanagedCallersOnly(EntryPoint = nameof(NdisMSendComplete))]
    public static void NdisMSendComplete(nint MiniportAdapterHandle, NDIS_PACKET* Packet, NDIS_STATUS Status)
    {
        using var call = NativeCall.Enter(nameof(NdisMSendComplete));
        NdisLibrary.NdisMSendComplete(new NDIS_HANDLE(MiniportAdapterHandle), Packet, Status);
        call.Trace($"MiniportAdapterHandle={MiniportAdapterHandle} Packet={Packet} Status={Status}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisMSendResourcesAvailable))]
    public static void NdisMSendResourcesAvailable(nint MiniportAdapterHandle)
    {
        using var call = NativeCall.Enter(nameof(NdisMSendResourcesAvailable));
        NdisLibrary.NdisMSendResourcesAvailable(new NDIS_HANDLE(MiniportAdapterHandle));
        call.Trace($"MiniportAdapterHandle={MiniportAdapterHandle}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NonpagedEthIndicateReceive))]
    public static void NonpagedEthIndicateReceive(
        nint MiniportAdapterHandle,
        nint MiniportReceiveContext,
        void* HeaderBuffer,
        uint HeaderBufferSize,
        void* LookaheadBuffer,
        uint LookaheadBufferSize,
        uint PacketSize)
    {
        using var call = NativeCall.Enter("NdisMEthIndicateReceive");
        NdisLibrary.NdisMEthIndicateReceive(
            new NDIS_HANDLE(MiniportAdapterHandle), new NDIS_HANDLE(MiniportReceiveContext), HeaderBuffer, HeaderBufferSize,
            LookaheadBuffer, LookaheadBufferSize, PacketSize);
        call.Trace($"MiniportAdapterHandle={MiniportAdapterHandle} MiniportReceiveContext={MiniportReceiveContext} "
            + $"HeaderBuffer={HeaderBuffer} HeaderBufferSize={HeaderBufferSize} LookaheadBuffer={LookaheadBuffer} "
            + $"LookaheadBufferSize={LookaheadBufferSize} PacketSize={PacketSize}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisMEthIndicateReceiveComplete))]
    public static void NdisMEthIndicateReceiveComplete(nint MiniportAdapterHandle)
    {
        using var call = NativeCall.Enter(nameof(NdisMEthIndicateReceiveComplete));
        NdisLibrary.NdisMEthIndicateReceiveComplete(new NDIS_HANDLE(MiniportAdapterHandle));
        call.Trace($"MiniportAdapterHandle={MiniportAdapterHandle}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisMIndicateReceivePacket))]
    public static void NdisMIndicateReceivePacket(nint MiniportAdapterHandle, NDIS_PACKET** ReceivePackets, uint NumberOfPackets)
    {
        using var call = NativeCall.Enter(nameof(NdisMIndicateReceivePacket));
        NdisLibrary.NdisMIndicateReceivePacket(new NDIS_HANDLE(MiniportAdapterHandle), ReceivePackets, NumberOfPackets);
        call.Trace($"MiniportAdapterHandle={MiniportAdapterHandle} ReceivePackets={(nint)ReceivePackets} "
            + $"NumberOfPackets={NumberOfPackets}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisMTransferDataComplete))]
    public static void NdisMTransferDataComplete(
        nint MiniportAdapterHandle, NDIS_PACKET* Packet, NDIS_STATUS Status, uint BytesTransferred)
    {
        using var call = NativeCall.Enter(nameof(NdisMTransferDataComplete));
        NdisLibrary.NdisMTransferDataComplete(new NDIS_HANDLE(MiniportAdapterHandle), Packet, Status, BytesTransferred);
        call.Trace(
            $"MiniportAdapterHandle={MiniportAdapterHandle} Packet={Packet} Status={Status} BytesTransferred={BytesTransferred}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisMIndicateStatus))]
    public static void NdisMIndicateStatus(
        nint MiniportHandle, NDIS_STATUS GeneralStatus, void* StatusBuffer, uint StatusBufferSize)
    {
        using var call = NativeCall.Enter(nameof(NdisMIndicateStatus));
        NdisLibrary.NdisMIndicateStatus(new NDIS_HANDLE(MiniportHandle), GeneralStatus, StatusBuffer, StatusBufferSize);
        call.Trace($"MiniportHandle={MiniportHandle} GeneralStatus={GeneralStatus} StatusBuffer={StatusBuffer} "
            + $"StatusBufferSize={StatusBufferSize}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisMIndicateStatusComplete))]
    public static void NdisMIndicateStatusComplete(nint MiniportHandle)
    {
        using var call = NativeCall.Enter(nameof(NdisMIndicateStatusComplete));
        NdisLibrary.NdisMIndicateStatusComplete(new NDIS_HANDLE(MiniportHandle));
        call.Trace($"MiniportHandle={MiniportHandle}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisMQueryInformationComplete))]
    public static void NdisMQueryInformationComplete(nint MiniportAdapterHandle, NDIS_STATUS Status)
    {
        using var call = NativeCall.Enter(nameof(NdisMQueryInformationComplete));
        NdisLibrary.NdisMQueryInformationComplete(new NDIS_HANDLE(MiniportAdapterHandle), Status);
        call.Trace($"MiniportAdapterHandle={MiniportAdapterHandle} Status={Status}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisMSetInformationComplete))]
    public static void NdisMSetInformationComplete(nint MiniportAdapterHandle, NDIS_STATUS Status)
    {
        using var call = NativeCall.Enter(nameof(NdisMSetInformationComplete));
        NdisLibrary.NdisMSetInformationComplete(new NDIS_HANDLE(MiniportAdapterHandle), Status);
        call.Trace($"MiniportAdapterHandle={MiniportAdapterHandle} Status={Status}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisMResetComplete))]
    public static void NdisMResetComplete(nint MiniportAdapterHandle, NDIS_STATUS Status, byte AddressingReset)
    {
        using var call = NativeCall.Enter(nameof(NdisMResetComplete));
        NdisLibrary.NdisMResetComplete(new NDIS_HANDLE(MiniportAdapterHandle), Status, AddressingReset != 0);
        call.Trace($"MiniportAdapterHandle={MiniportAdapterHandle} Status={Status} AddressingReset={AddressingReset}");
    }
}
