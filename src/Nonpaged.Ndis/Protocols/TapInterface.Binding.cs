using System.Runtime.InteropServices;
using static Nonpaged.Ndis.NdisLibrary;

namespace Nonpaged.Ndis;

/// <summary>The protocol driver's side of NDIS: its functions, and its binding to the adapter.</summary>
public sealed unsafe partial class TapInterface
{
    private NDIS_PROTOCOL_CHARACTERISTICS Characteristics => new()
    {
        MajorNdisVersion = 5,
        Name = _driver.Name,
        OpenAdapterCompleteHandler = static (context, status, error) => { },
        CloseAdapterCompleteHandler = static (context, status) => Of(context)._closed.Set(),
        SendCompleteHandler = static (context, packet, status) => Of(context).Sent(packet, status),
        RequestCompleteHandler = static (context, request, status) => Of(context)._request.Answer(status),
        ReceiveHandler = static (context, receive, header, headerSize, lookAhead, lookAheadSize, packetSize) =>
            Of(context).Receive(receive, (byte*)header, headerSize, (byte*)lookAhead, lookAheadSize, packetSize),
        TransferDataCompleteHandler = static (context, packet, status, bytes) => Of(context).EndTransfer(packet, status, bytes),
        StatusHandler = static (context, status, buffer, length) => Of(context).SetLink(status),
        UnbindAdapterHandler = static (out NDIS_STATUS status, NDIS_HANDLE context, NDIS_HANDLE unbind) =>
        {
            // The adapter is being halted, by its driver or because the hardware went away: what it has comes back aborted.
            Of(context).CloseAdapter();
            status = NDIS_STATUS_SUCCESS;
        },
    };

    private static TapInterface Of(NDIS_HANDLE context) => (TapInterface)GCHandle.FromIntPtr(context.Value).Target!;

    private void OpenAdapter(Adapter adapter)
    {
        fixed (NDIS_MEDIUM* media = s_media)
        fixed (char* characters = adapter.Name)
        {
            var name = new NDIS_STRING(characters, adapter.Name.Length);
            NdisOpenAdapter(
                out var status, out _, out _binding, out _, media, (uint)s_media.Length, _protocol, new NDIS_HANDLE(GCHandle.ToIntPtr(_self)), &name, 0, null);
            Require(status, nameof(NdisOpenAdapter));
        }
    }

    private void CloseAdapter()
    {
        // The user's end and the adapter's halt may meet here; the first closes.
        if (Interlocked.Exchange(ref _closing, 1) != 0) return;
        if (_binding.IsNull)
        {
            _closed.Set();
            return;
        }

        NdisCloseAdapter(out var status, _binding);
        if (status != NDIS_STATUS_PENDING) _closed.Set();
    }
}
