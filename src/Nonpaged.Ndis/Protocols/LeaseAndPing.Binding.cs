using System.Runtime.InteropServices;
using static Nonpaged.Ndis.NdisLibrary;

namespace Nonpaged.Ndis;

/// <summary>The protocol driver's side of NDIS: its functions, and the life of its binding.</summary>
public sealed unsafe partial class LeaseAndPing
{
    private static readonly NDIS_MEDIUM[] s_media = [NDIS_MEDIUM.NdisMedium802_3];

    private int _closeOnce;

    private static NDIS_PROTOCOL_CHARACTERISTICS Characteristics => new()
    {
        MajorNdisVersion = 5,
        MinorNdisVersion = 0,
        Name = "leaseandping",
        OpenAdapterCompleteHandler = static (context, status, error) => { },
        CloseAdapterCompleteHandler = static (context, status) => Of(context)._closed.TrySetResult(),
        SendCompleteHandler = static (context, packet, status) => Of(context).OnSent(packet),
        RequestCompleteHandler = static (context, request, status) => Of(context).OnAnswered(request, status),
        ReceiveHandler = Receive,
        UnbindAdapterHandler = static (out NDIS_STATUS status, NDIS_HANDLE context, NDIS_HANDLE unbind) =>
        {
            var protocol = Of(context);
            // Whoever waits goes on elsewhere: this is the adapter's own thread.
            _ = protocol._ended.CancelAsync();
            protocol.Close();
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

    private void Bind()
    {
        NDIS_STATUS status;
        fixed (NDIS_MEDIUM* media = s_media)
        fixed (char* characters = Adapter.Name)
        {
            var name = new NDIS_STRING(characters, Adapter.Name.Length);
            NdisOpenAdapter(
                out status,
                out _,
                out _binding,
                out _,
                media,
                (uint)s_media.Length,
                _protocol,
                new NDIS_HANDLE(GCHandle.ToIntPtr(_self)),
                &name,
                0,
                null);
        }

        Require(status, nameof(NdisOpenAdapter));
    }

    private void Close()
    {
        // The user's end and the adapter's halt may meet here; the first closes.
        var binding = Interlocked.Exchange(ref _closeOnce, 1) == 0 ? _binding : default;
        if (_binding.IsNull) _closed.TrySetResult();
        if (binding.IsNull) return;
        NdisCloseAdapter(out var status, binding);
        if (status != NDIS_STATUS_PENDING) _closed.TrySetResult();
    }

    private void Free()
    {
        FreeFrames();
        if (!_protocol.IsNull) NdisDeregisterProtocol(out _, _protocol);
    }

    private void Require(NDIS_STATUS status, string call)
    {
        if (status != NDIS_STATUS_SUCCESS)
            throw new AdapterException($"The protocol could not use {_adapter?.Name ?? "NDIS"}: {call} returned {status}.", status, []);
    }
}
