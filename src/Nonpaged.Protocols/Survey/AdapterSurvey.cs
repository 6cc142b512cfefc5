using System.Runtime.InteropServices;
using static Nonpaged.Ndis.NdisLibrary;

namespace Nonpaged.Protocols;

/// <summary>
/// A protocol driver that asks an adapter what it is and hands it a few frames, without a network that would answer:
/// for miniports that drive no card. Use it in this order:
/// <see cref="Register"/> before the adapter starts, <see cref="Open"/>, <see cref="Ask"/>, <see cref="Send"/>, <see
/// cref="Dispose"/>. By one thread.
/// </summary>
public sealed unsafe class AdapterSurvey : IDisposable
{
    private const int Packets = 8;
    private const uint FrameLength = 60;
    private const uint RoomForAnswers = 1024;

    // IEEE 802, "Local Experimental EtherType 1": no protocol takes such a frame for its own.
    private const byte EtherTypeHigh = 0x88;
    private const byte EtherTypeLow = 0xb5;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly ProtocolDriver _protocol;
    private readonly BindingHandle _binding = new();
    private readonly FramePackets _packets = new(FrameLength);
    private readonly OidRequest _request = new(RoomForAnswers);
    private GCHandle _self;
    private long _framesSent;
    private long _framesFailed;
    private long _framesReturned;

    private AdapterSurvey(NdisInstance instance)
    {
        _protocol = new ProtocolDriver(instance, "survey");
        _self = GCHandle.Alloc(this);
    }

    /// <summary>Frames that the miniport said it sent.</summary>
    public long FramesSent => Interlocked.Read(ref _framesSent);

    /// <summary>Frames that the miniport refused or failed to send.</summary>
    public long FramesFailed => Interlocked.Read(ref _framesFailed);

    /// <summary>Frames that the miniport indicated: a loop-back gives back what it is given.</summary>
    public long FramesReturned => Interlocked.Read(ref _framesReturned);

    private static NDIS_PROTOCOL_CHARACTERISTICS Characteristics => new()
    {
        MajorNdisVersion = 5,
        Name = "survey",
        OpenAdapterCompleteHandler = static (context, status, error) => { },
        CloseAdapterCompleteHandler = static (context, status) => Of(context)._binding.CloseComplete(),
        SendCompleteHandler = static (context, packet, status) => Of(context).Sent(packet, status),
        RequestCompleteHandler = static (context, request, status) => Of(context)._request.Answer(status),
        ReceiveHandler = static (context, receive, header, headerSize, lookAhead, lookAheadSize, packetSize) =>
        {
            Interlocked.Increment(ref Of(context)._framesReturned);
            return NDIS_STATUS_SUCCESS;
        },
        UnbindAdapterHandler = static (out NDIS_STATUS status, NDIS_HANDLE context, NDIS_HANDLE unbind) =>
        {
            Of(context)._binding.Close();
            status = NDIS_STATUS_SUCCESS;
        },
    };

    /// <summary>Registers the protocol and takes its memory, before the adapter starts.</summary>
    /// <exception cref="AdapterException">There is too little memory.</exception>
    public static AdapterSurvey Register(NdisInstance instance)
    {
        ArgumentNullException.ThrowIfNull(instance);
        var survey = new AdapterSurvey(instance);
        try
        {
            survey._protocol.Run(survey.Prepare);
            return survey;
        }
        catch
        {
            survey.Dispose();
            throw;
        }
    }

    /// <summary>Opens the adapter, and asks for all frames that come to its address or to all.</summary>
    /// <exception cref="AdapterException">It cannot be opened.</exception>
    public void Open(Adapter adapter)
    {
        ArgumentNullException.ThrowIfNull(adapter);
        _protocol.Run(() => Require(_binding.Open(_protocol.Handle, adapter, _self), nameof(NdisOpenAdapter)));
    }

    /// <summary>
    /// Asks for each OID that an Ethernet miniport of NDIS 5 must know, and sets the packet filter. Returns the
    /// answers, in order.
    /// </summary>
    public IReadOnlyList<OidAnswer> Ask()
    {
        var answers = new List<OidAnswer>();
        _protocol.Run(() =>
        {
            answers.AddRange(EthernetOids.All.Select(one => Query(one.Oid, one.Name)));
            answers.Add(SetFilter());
        });
        return answers;
    }

    /// <summary>
    /// Sends broadcast frames, one after the other, and returns when the miniport has completed them, or has not for
    /// ten seconds.
    /// </summary>
    /// <exception cref="TimeoutException">It completes none.</exception>
    public void Send(int frames)
    {
        _protocol.Run(() =>
        {
            for (int number = 0; number < frames; number++) SendOne(number);
            long end = Environment.TickCount64 + (long)s_patience.TotalMilliseconds;
            while (FramesSent + FramesFailed < frames && Environment.TickCount64 < end) Thread.Sleep(1);
        });
        if (FramesSent + FramesFailed < frames) throw NotCompleted();
    }

    /// <summary>
    /// Closes the adapter and gives everything back. What the miniport still has comes back when it is halted; a call
    /// after that frees it.
    /// </summary>
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

    private static AdapterSurvey Of(NDIS_HANDLE context) => (AdapterSurvey)GCHandle.FromIntPtr(context.Value).Target!;

    private void Prepare()
    {
        _request.Make();
        _packets.Make(Packets, 1);
        Require(_protocol.Register(Characteristics), nameof(NdisRegisterProtocol));
    }

    private OidAnswer Query(uint oid, string name)
    {
        uint room = (uint)_request.Value.Length;
        NDIS_STATUS status = Perform(NDIS_REQUEST_TYPE.NdisRequestQueryInformation, oid, room);
        uint length = status == NDIS_STATUS_SUCCESS ? Math.Min(_request.BytesWritten, room) : 0;
        return new OidAnswer(oid, name, status, _request.Value[..(int)length].ToArray());
    }

    private OidAnswer SetFilter()
    {
        byte[] filter = BitConverter.GetBytes(NDIS_PACKET_TYPE_DIRECTED | NDIS_PACKET_TYPE_BROADCAST);
        filter.CopyTo(_request.Value);
        NDIS_STATUS status = Perform(
            NDIS_REQUEST_TYPE.NdisRequestSetInformation, OID_GEN_CURRENT_PACKET_FILTER, (uint)filter.Length);
        return new OidAnswer(OID_GEN_CURRENT_PACKET_FILTER, nameof(OID_GEN_CURRENT_PACKET_FILTER), status, filter);
    }

    private NDIS_STATUS Perform(NDIS_REQUEST_TYPE type, uint oid, uint length)
    {
        Task<NDIS_STATUS> answer = _request.Begin(_binding, type, oid, length);
        return answer.Wait(s_patience) ? answer.Result : throw new TimeoutException(
            $"The driver of {_binding.Adapter!.Name} has not answered the request for OID 0x{oid:x8} within "
            + $"{s_patience.TotalSeconds:0} seconds.");
    }

    private void SendOne(int number)
    {
        NDIS_PACKET* packet = _packets.Take(s_patience);
        if (packet is null) throw NotCompleted();
        var frame = new Span<byte>(FramePackets.MemoryOf(packet), (int)FrameLength);
        frame.Clear();
        frame[..6].Fill(0xff);
        _binding.Adapter!.MacAddress?.ToArray().CopyTo(frame[6..]);
        (frame[12], frame[13], frame[14]) = (EtherTypeHigh, EtherTypeLow, (byte)number);
        FramePackets.SetLength(packet, FrameLength);
        NDIS_STATUS status = _binding.Send(packet);
        if (status != NDIS_STATUS_PENDING) Sent(packet, status);
    }

    private void Sent(NDIS_PACKET* packet, NDIS_STATUS status)
    {
        Interlocked.Increment(ref status == NDIS_STATUS_SUCCESS ? ref _framesSent : ref _framesFailed);
        _packets.Return(packet);
    }

    private TimeoutException NotCompleted() => new(
        $"The driver of {_binding.Adapter?.Name} has not completed the sends that it was given within "
        + $"{s_patience.TotalSeconds:0} seconds (NdisMSendComplete).");

    private static void Require(NDIS_STATUS status, string call)
    {
        if (status == NDIS_STATUS_SUCCESS) return;
        throw new AdapterException($"The survey could not be set up: {call} returned {status.Describe()}.", status, []);
    }
}
