using System.Net;
using System.Runtime.InteropServices;
using static Nonpaged.Ndis.NdisLibrary;

namespace Nonpaged.Protocols;

/// <summary>
/// A protocol driver that answers ARP and ICMP echo for one address: the other end for a program that sends frames through a
/// virtual miniport. Use it in this order: <see cref="Register"/> before the adapter starts, <see cref="Open"/>, <see
/// cref="Dispose"/>. Its handlers may run on several threads.
/// </summary>
public sealed unsafe class EchoResponder : IDisposable
{
    private const int Packets = 256;
    private const uint FrameSize = 1514;
    private const uint RoomForAnswers = 256;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly ProtocolDriver _protocol;
    private readonly BindingHandle _binding = new();
    private readonly FramePackets _packets = new(FrameSize);
    private readonly OidRequest _request = new(RoomForAnswers);
    private readonly EchoFrame _frame;
    private GCHandle _self;
    private long _answered;
    private long _dropped;

    private EchoResponder(NdisInstance instance, IPAddress address)
    {
        _protocol = new ProtocolDriver(instance, "echo");
        _frame = new EchoFrame(address);
        Address = address;
        _self = GCHandle.Alloc(this);
    }

    /// <summary>The address that it answers for.</summary>
    public IPAddress Address { get; }

    /// <summary>How many frames it answered.</summary>
    public long Answered => Interlocked.Read(ref _answered);

    /// <summary>How many frames to it were lost: all of its packets were on their way, or the frame came in pieces.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    private static NDIS_PROTOCOL_CHARACTERISTICS Characteristics => new()
    {
        MajorNdisVersion = 5,
        Name = "echo",
        OpenAdapterCompleteHandler = static (context, status, error) => { },
        CloseAdapterCompleteHandler = static (context, status) => Of(context)._binding.CloseComplete(),
        SendCompleteHandler = static (context, packet, status) => Of(context)._packets.Return(packet),
        RequestCompleteHandler = static (context, request, status) => Of(context)._request.Answer(status),
        ReceiveHandler = static (context, receive, header, headerSize, lookAhead, lookAheadSize, packetSize) =>
            Of(context).Receive(
                new ReadOnlySpan<byte>(header, (int)headerSize), new ReadOnlySpan<byte>(lookAhead, (int)lookAheadSize),
                packetSize),
        UnbindAdapterHandler = static (out NDIS_STATUS status, NDIS_HANDLE context, NDIS_HANDLE unbind) =>
        {
            Of(context)._binding.Close();
            status = NDIS_STATUS_SUCCESS;
        },
    };

    /// <summary>Registers the protocol and takes its memory, before the adapter starts.</summary>
    /// <param name="instance">The instance of the adapter.</param>
    /// <param name="address">An IPv4 address.</param>
    /// <exception cref="AdapterException">There is too little memory.</exception>
    public static EchoResponder Register(NdisInstance instance, IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(instance);
        ArgumentNullException.ThrowIfNull(address);
        var responder = new EchoResponder(instance, address);
        try
        {
            responder._protocol.Run(responder.Prepare);
            return responder;
        }
        catch
        {
            responder.Dispose();
            throw;
        }
    }

    /// <summary>Opens the adapter, and asks for the frames that come to its address or to all.</summary>
    /// <exception cref="AdapterException">It cannot be opened, or refuses.</exception>
    /// <exception cref="TimeoutException">Its driver does not answer.</exception>
    public void Open(Adapter adapter)
    {
        ArgumentNullException.ThrowIfNull(adapter);
        _protocol.Run(() =>
        {
            Require(_binding.Open(_protocol.Handle, adapter, _self), nameof(NdisOpenAdapter));
            Perform(NDIS_REQUEST_TYPE.NdisRequestQueryInformation, OID_802_3_CURRENT_ADDRESS, 6);
            _frame.SetHardwareAddress(_request.Value[..6]);
            // A driver without such a setting needs none.
            BitConverter.GetBytes(FrameSize).CopyTo(_request.Value);
            _ = _request.Begin(_binding, NDIS_REQUEST_TYPE.NdisRequestSetInformation, OID_GEN_CURRENT_LOOKAHEAD, sizeof(uint))
                .Wait(s_patience);
            BitConverter.GetBytes(NDIS_PACKET_TYPE_DIRECTED | NDIS_PACKET_TYPE_BROADCAST).CopyTo(_request.Value);
            Perform(NDIS_REQUEST_TYPE.NdisRequestSetInformation, OID_GEN_CURRENT_PACKET_FILTER, sizeof(uint));
        });
    }

    /// <summary>Closes the adapter and gives everything back.</summary>
    public void Dispose()
    {
        if (!_self.IsAllocated) return;
        _protocol.Run(_binding.Close);
        if (!_binding.Closed.Wait(s_patience)) return;
        _protocol.Run(() =>
        {
            _packets.Free(TimeSpan.FromSeconds(1));
            _request.Free();
            _protocol.Deregister();
        });
        _packets.Dispose();
        _self.Free();
    }

    private static EchoResponder Of(NDIS_HANDLE context) => (EchoResponder)GCHandle.FromIntPtr(context.Value).Target!;

    private void Prepare()
    {
        _request.Make();
        _packets.Make(Packets, 1);
        Require(_protocol.Register(Characteristics), nameof(NdisRegisterProtocol));
    }

    private NDIS_STATUS Receive(ReadOnlySpan<byte> header, ReadOnlySpan<byte> data, uint packetSize)
    {
        if (!_frame.IsForUs(header, data)) return NDIS_STATUS_NOT_ACCEPTED;
        NDIS_PACKET* packet = (uint)data.Length == packetSize && header.Length + data.Length <= FrameSize
            ? _packets.Take(TimeSpan.Zero) : null;
        if (packet is null)
        {
            Interlocked.Increment(ref _dropped);
            return NDIS_STATUS_NOT_ACCEPTED;
        }

        var answer = new Span<byte>(FramePackets.MemoryOf(packet), header.Length + data.Length);
        header.CopyTo(answer);
        data.CopyTo(answer[header.Length..]);
        _frame.Answer(answer);
        FramePackets.SetLength(packet, (uint)answer.Length);
        Interlocked.Increment(ref _answered);
        if (_binding.Send(packet) != NDIS_STATUS_PENDING) _packets.Return(packet);
        return NDIS_STATUS_SUCCESS;
    }

    private void Perform(NDIS_REQUEST_TYPE type, uint oid, uint length)
    {
        Task<NDIS_STATUS> answer = _request.Begin(_binding, type, oid, length);
        if (!answer.Wait(s_patience))
        {
            throw new TimeoutException($"The driver of {_binding.Adapter!.Name} has not answered the request for OID 0x{oid:x8} "
                + $"within {s_patience.TotalSeconds:0} seconds.");
        }

        Require(answer.Result, $"NdisRequest of OID 0x{oid:x8}");
    }

    private static void Require(NDIS_STATUS status, string call)
    {
        if (status == NDIS_STATUS_SUCCESS) return;
        throw new AdapterException($"The protocol could not be set up: {call} returned {status.Describe()}.", status, []);
    }
}
