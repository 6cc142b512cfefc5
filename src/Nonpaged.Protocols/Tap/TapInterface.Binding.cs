using System.Runtime.InteropServices;

namespace Nonpaged.Protocols;

/// <summary>The protocol driver's side of NDIS: its functions, and its binding to the adapter.</summary>
public sealed unsafe partial class TapInterface
{
    private NDIS_PROTOCOL_CHARACTERISTICS Characteristics => new()
    {
        MajorNdisVersion = 5,
        Name = _driver.Name,
        OpenAdapterCompleteHandler = static (context, status, error) => { },
        CloseAdapterCompleteHandler = static (context, status) => Of(context)._binding.CloseComplete(),
        SendCompleteHandler = static (context, packet, status) => Of(context).Sent(packet, status),
        RequestCompleteHandler = static (context, request, status) => Of(context)._request.Answer(status),
        ReceiveHandler = static (context, receive, header, headerSize, lookAhead, lookAheadSize, packetSize) =>
            Of(context).Receive(receive, (byte*)header, headerSize, (byte*)lookAhead, lookAheadSize, packetSize),
        TransferDataCompleteHandler = static (context, packet, status, bytes) => Of(context).EndTransfer(packet, status, bytes),
        StatusHandler = static (context, status, buffer, length) => Of(context).SetLink(status),
        UnbindAdapterHandler = static (out NDIS_STATUS status, NDIS_HANDLE context, NDIS_HANDLE unbind) =>
        {
            // The adapter is being halted, by its driver or because the hardware went away: what it has comes back aborted.
            Of(context)._binding.Close();
            status = NDIS_STATUS_SUCCESS;
        },
    };

    private static TapInterface Of(NDIS_HANDLE context) => (TapInterface)GCHandle.FromIntPtr(context.Value).Target!;
}
