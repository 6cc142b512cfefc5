using System.Runtime.InteropServices;
using static Nonpaged.Ndis.NdisLibrary;

namespace Nonpaged.Protocols;

/// <summary>The protocol driver's side of NDIS: its functions, and the life of its binding.</summary>
public sealed unsafe partial class LeaseAndPing
{
    private static NDIS_PROTOCOL_CHARACTERISTICS Characteristics => new()
    {
        MajorNdisVersion = 5,
        MinorNdisVersion = 0,
        Name = "leaseandping",
        OpenAdapterCompleteHandler = static (context, status, error) => { },
        CloseAdapterCompleteHandler = static (context, status) => Of(context)._binding.CloseComplete(),
        SendCompleteHandler = static (context, packet, status) => Of(context).OnSent(packet),
        RequestCompleteHandler = static (context, request, status) => Of(context).OnAnswered(request, status),
        ReceiveHandler = Receive,
        TransferDataCompleteHandler = static (context, packet, status, bytes) => Of(context).EndTransfer(status, bytes),
        UnbindAdapterHandler = static (out NDIS_STATUS status, NDIS_HANDLE context, NDIS_HANDLE unbind) =>
        {
            var protocol = Of(context);
            // Whoever waits goes on elsewhere: this is the adapter's own thread.
            _ = protocol._ended.CancelAsync();
            protocol._binding.Close();
            status = NDIS_STATUS_SUCCESS;
        },
    };

    private static LeaseAndPing Of(NDIS_HANDLE context) => (LeaseAndPing)GCHandle.FromIntPtr(context.Value).Target!;

    private void Register()
    {
        AllocateFrames();
        NdisRegisterProtocol(out var status, out _protocol, Characteristics, 0);
        Require(status, nameof(NdisRegisterProtocol));
    }

    private void Bind() => Require(_binding.Open(_protocol, Adapter, _self), nameof(NdisOpenAdapter));

    private void Free()
    {
        FreeFrames();
        if (!_protocol.IsNull) NdisDeregisterProtocol(out _, _protocol);
    }

    private void Require(NDIS_STATUS status, string call)
    {
        if (status != NDIS_STATUS_SUCCESS)
        {
            string reason = $"The protocol could not use {_adapter?.Name ?? "NDIS"}: {call} returned {status.Describe()}.";
            throw new AdapterException(reason, status, []);
        }
    }
}
