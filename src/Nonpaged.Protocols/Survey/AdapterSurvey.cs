using System.Runtime.InteropServices;
using static Nonpaged.Ndis.NdisLibrary;

namespace Nonpaged.Protocols;

/// <summary>
/// A protocol driver that asks an adapter what it is and hands it a few frames, without a network that would answer:
/// for miniports that drive no card. Use it in this order:
/// <see cref="Register"/> before the adapter starts, <see cref="Open"/>, <see cref="Ask"/>, <see cref="Send"/>, <see
/// cref="Dispose"/>. By one thread.
/// </summary>
public sealed unsafe partial class AdapterSurvey : IDisposable
{
    private const int Packets = 8;
    private const uint FrameLength = 60;
    private const uint RoomForAnswers = 1024;

    // IEEE 802, "Local Experimental EtherType 1": no protocol takes such a frame for its own.
    private const byte EtherTypeHigh = 0x88;
    private const byte EtherTypeLow = 0xb5;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly NdisInstance _instance;
    private readonly Driver _driver = new("survey", DriverKind.Protocol);
    private readonly OpenBinding _binding = new();
    private readonly FramePackets _packets = new(FrameLength);
    private readonly ManualResetEventSlim _answered = new();
    private GCHandle _self;
    private NDIS_HANDLE _protocol;
    private NDIS_REQUEST* _request;
    private NDIS_STATUS _answer;
    private Adapter? _adapter;
    private long _framesSent;
    private long _framesFailed;
    private long _framesReturned;

    private AdapterSurvey(NdisInstance instance)
    {
        _instance = instance;
        _self = GCHandle.Alloc(this);
    }

    /// <summary>Frames that the miniport said it sent.</summary>
    public long FramesSent => Interlocked.Read(ref _framesSent);

    /// <summary>Frames that the miniport refused or failed to send.</summary>
    public long FramesFailed => Interlocked.Read(ref _framesFailed);

    /// <summary>Frames that the miniport indicated: a loop-back gives back what it is given.</summary>
    public long FramesReturned => Interlocked.Read(ref _framesReturned);

    /// <summary>Registers the protocol and takes its memory, before the adapter starts.</summary>
    /// <exception cref="AdapterException">There is too little memory.</exception>
    public static AdapterSurvey Register(NdisInstance instance)
    {
        ArgumentNullException.ThrowIfNull(instance);
        var survey = new AdapterSurvey(instance);
        try
        {
            instance.Run(survey._driver, survey.Prepare);
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
        _adapter = adapter;
        _instance.Run(_driver, () => Require(_binding.Open(_protocol, adapter, _self), nameof(NdisOpenAdapter)));
    }

    /// <summary>
    /// Asks for each OID that an Ethernet miniport of NDIS 5 must know, and sets the packet filter. Returns the
    /// answers, in order.
    /// </summary>
    public IReadOnlyList<OidAnswer> Ask()
    {
        var answers = new List<OidAnswer>();
        _instance.Run(_driver, () =>
        {
            answers.AddRange(s_oids.Select(one => Query(one.Oid, one.Name)));
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
        _instance.Run(_driver, () =>
        {
            for (var number = 0; number < frames; number++) SendOne(number);
            var end = Environment.TickCount64 + (long)s_patience.TotalMilliseconds;
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
        _instance.Run(_driver, _binding.Close);
        if (!_binding.Closed.Wait(s_patience)) return;
        _instance.Run(_driver, () =>
        {
            _packets.Free(TimeSpan.FromSeconds(1));
            if (_request is not null) NdisFreeMemory(_request, RoomForAnswers, 0);
            if (!_protocol.IsNull) NdisDeregisterProtocol(out _, _protocol);
        });
        _packets.Dispose();
        _answered.Dispose();
        _self.Free();
    }

    private void Prepare()
    {
        Require(NdisAllocateMemory(out var memory, RoomForAnswers, 0, NDIS_PHYSICAL_ADDRESS.None),
            nameof(NdisAllocateMemory));
        _request = (NDIS_REQUEST*)memory;
        _packets.Make(Packets, 1);
        NdisRegisterProtocol(out var status, out _protocol, Characteristics, 0);
        Require(status, nameof(NdisRegisterProtocol));
    }

    private void SendOne(int number)
    {
        var packet = _packets.Take(s_patience);
        if (packet is null) throw NotCompleted();
        var frame = new Span<byte>(FramePackets.MemoryOf(packet), (int)FrameLength);
        frame.Clear();
        frame[..6].Fill(0xff);
        _adapter!.MacAddress?.ToArray().CopyTo(frame[6..]);
        (frame[12], frame[13], frame[14]) = (EtherTypeHigh, EtherTypeLow, (byte)number);
        FramePackets.SetLength(packet, FrameLength);
        var status = _binding.Send(packet);
        if (status != NDIS_STATUS_PENDING) Sent(packet, status);
    }

    private void Sent(NDIS_PACKET* packet, NDIS_STATUS status)
    {
        Interlocked.Increment(ref status == NDIS_STATUS_SUCCESS ? ref _framesSent : ref _framesFailed);
        _packets.Return(packet);
    }

    private TimeoutException NotCompleted() => new(
        $"The driver of {_adapter?.Name} has not completed the sends that it was given within {s_patience.TotalSeconds:0} seconds (NdisMSendComplete).");

    private static void Require(NDIS_STATUS status, string call)
    {
        if (status == NDIS_STATUS_SUCCESS) return;
        throw new AdapterException($"The survey could not be set up: {call} returned {status.Describe()}.", status, []);
    }
}
