using System.Runtime.InteropServices;

namespace Nonpaged.Ndis.Host;

/// <summary>ndisprot.h: what protocols send, receive and ask for.</summary>
internal static unsafe class TransferExports
{
    [UnmanagedCallersOnly(EntryPoint = nameof(NdisSend))]
    public static void NdisSend(NDIS_STATUS* Status, nint NdisBindingHandle, NDIS_PACKET* Packet)
    {
        using var call = NativeCall.Enter(nameof(NdisSend));
        // The packet may be complete, and the memory of the status its owner's again, when this returns.
        NdisLibrary.NdisSend(out NDIS_STATUS status, new NDIS_HANDLE(NdisBindingHandle), Packet);
        *Status = status;
        call.Trace($"Status={status} NdisBindingHandle={NdisBindingHandle} Packet={Packet}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisSendPackets))]
    public static void NdisSendPackets(nint NdisBindingHandle, NDIS_PACKET** PacketArray, uint NumberOfPackets)
    {
        using var call = NativeCall.Enter(nameof(NdisSendPackets));
        NdisLibrary.NdisSendPackets(new NDIS_HANDLE(NdisBindingHandle), PacketArray, NumberOfPackets);
        call.Trace($"NdisBindingHandle={NdisBindingHandle} PacketArray={(nint)PacketArray} NumberOfPackets={NumberOfPackets}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisCancelSendPackets))]
    public static void NdisCancelSendPackets(nint NdisBindingHandle, void* CancelId)
    {
        using var call = NativeCall.Enter(nameof(NdisCancelSendPackets));
        NdisLibrary.NdisCancelSendPackets(new NDIS_HANDLE(NdisBindingHandle), CancelId);
        call.Trace($"NdisBindingHandle={NdisBindingHandle} CancelId={CancelId}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisGeneratePartialCancelId))]
    public static byte NdisGeneratePartialCancelId()
    {
        using var call = NativeCall.Enter(nameof(NdisGeneratePartialCancelId));
        byte result = NdisLibrary.NdisGeneratePartialCancelId();
        call.Trace($"={result}");
        return result;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisTransferData))]
    public static void NdisTransferData(
        NDIS_STATUS* Status, nint NdisBindingHandle, nint MacReceiveContext, uint ByteOffset, uint BytesToTransfer,
        NDIS_PACKET* Packet, uint* BytesTransferred)
    {
        using var call = NativeCall.Enter(nameof(NdisTransferData));
        NdisLibrary.NdisTransferData(
            out *Status, new NDIS_HANDLE(NdisBindingHandle), new NDIS_HANDLE(MacReceiveContext), ByteOffset, BytesToTransfer,
            Packet, out *BytesTransferred);
        call.Trace($"Status={*Status} NdisBindingHandle={NdisBindingHandle} MacReceiveContext={MacReceiveContext} "
            + $"ByteOffset={ByteOffset} BytesToTransfer={BytesToTransfer} Packet={Packet} "
            + $"BytesTransferred={*BytesTransferred}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisReturnPackets))]
    public static void NdisReturnPackets(NDIS_PACKET** PacketsToReturn, uint NumberOfPackets)
    {
        using var call = NativeCall.Enter(nameof(NdisReturnPackets));
        NdisLibrary.NdisReturnPackets(PacketsToReturn, NumberOfPackets);
        call.Trace($"PacketsToReturn={(nint)PacketsToReturn} NumberOfPackets={NumberOfPackets}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisGetReceivedPacket))]
    public static NDIS_PACKET* NdisGetReceivedPacket(nint NdisBindingHandle, nint MacContext)
    {
        using var call = NativeCall.Enter(nameof(NdisGetReceivedPacket));
        NDIS_PACKET* result = NdisLibrary.NdisGetReceivedPacket(new NDIS_HANDLE(NdisBindingHandle), new NDIS_HANDLE(MacContext));
        call.Trace($"NdisBindingHandle={NdisBindingHandle} MacContext={MacContext} ={result}");
        return result;
    }

    [UnmanagedCallersOnly(EntryPoint = "NdisRequest")]
    public static void NdisRequest(NDIS_STATUS* Status, nint NdisBindingHandle, NDIS_REQUEST* NdisRequest)
    {
        using var call = NativeCall.Enter("NdisRequest");
        // As with NdisSend.
        NdisLibrary.NdisRequest(out NDIS_STATUS status, new NDIS_HANDLE(NdisBindingHandle), NdisRequest);
        *Status = status;
        call.Trace($"Status={status} NdisBindingHandle={NdisBindingHandle} NdisRequest={NdisRequest}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisReset))]
    public static void NdisReset(NDIS_STATUS* Status, nint NdisBindingHandle)
    {
        using var call = NativeCall.Enter(nameof(NdisReset));
        // As with NdisSend.
        NdisLibrary.NdisReset(out NDIS_STATUS status, new NDIS_HANDLE(NdisBindingHandle));
        *Status = status;
        call.Trace($"Status={status} NdisBindingHandle={NdisBindingHandle}");
    }
}
