using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Nonpaged.Protocols;
using static Nonpaged.Ndis.NdisLibrary;

namespace Nonpaged.Verify;

/// <summary>
/// A protocol over the driver that is verified: it sends packets of any shape, and keeps what it is given. Its memory is of
/// NdisAllocateMemory, each buffer a block of its own, so that a driver that leaves one is seen.
/// </summary>
internal sealed unsafe class Station : IDisposable
{
    public const string Name = "verifier";

    private const int LongestFrame = 2048;
    private const int MostPackets = 512;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly BlockingCollection<(byte[] Frame, IReadOnlyList<CodePlace> Stack)> _received = [];
    private readonly ConcurrentDictionary<nint, SentPacket> _sent = new();
    private readonly ProtocolDriver _protocol;
    private readonly BindingHandle _binding = new();
    private readonly bool _keepsPackets;
    private TaskCompletionSource<NDIS_STATUS> _reset = new();
    private volatile OidRequest? _request;
    private volatile bool _isAsleep;
    private NDIS_HANDLE _packetPool;
    private NDIS_HANDLE _bufferPool;
    private GCHandle _self;
    private int _kept;
    private long _failed;

    private Station(NdisInstance instance, bool keepsPackets)
    {
        _protocol = new ProtocolDriver(instance, Name);
        _keepsPackets = keepsPackets;
        _self = GCHandle.Alloc(this);
    }

    /// <summary>Packets that the miniport has not completed.</summary>
    public int Outstanding => _sent.Count;

    /// <summary>Packets that it completed with a failure.</summary>
    public long Failed => Interlocked.Read(ref _failed);

    private static NDIS_PROTOCOL_CHARACTERISTICS Characteristics => new()
    {
        MajorNdisVersion = 5,
        Name = Name,
        OpenAdapterCompleteHandler = static (context, status, error) => { },
        CloseAdapterCompleteHandler = static (context, status) => Of(context).OnClosed(),
        SendCompleteHandler = static (context, packet, status) => Of(context).OnSent(packet, status),
        ResetCompleteHandler = static (context, status) => Of(context)._reset.TrySetResult(status),
        RequestCompleteHandler = static (context, request, status) => Of(context)._request?.Answer(status),
        ReceiveHandler = static (context, receive, header, headerSize, ahead, aheadSize, size) =>
            Of(context).Receive(receive, new ReadOnlySpan<byte>(header, (int)headerSize), (byte*)ahead, aheadSize, size),
        ReceivePacketHandler = static (context, packet) => Of(context).ReceivePacket(packet),
        TransferDataCompleteHandler = static (context, packet, status, bytes) => Of(context).EndTransfer(packet, status, bytes),
        // It stays over an adapter that sleeps.
        PnPEventHandler = static (context, happened) => context.IsNull ? NDIS_STATUS_SUCCESS : Of(context).OnEvent(happened),
        UnbindAdapterHandler = static (out NDIS_STATUS status, NDIS_HANDLE context, NDIS_HANDLE unbind) =>
        {
            Of(context).Unbind();
            status = NDIS_STATUS_SUCCESS;
        },
    };

    /// <summary>Registers the protocol, and takes its pools.</summary>
    /// <param name="instance">Of NDIS.</param>
    /// <param name="keepsPackets">Packets that are indicated are kept for a moment, where the miniport lets a protocol.</param>
    public static Station Register(NdisInstance instance, bool keepsPackets)
    {
        var station = new Station(instance, keepsPackets);
        station._protocol.Run(() =>
        {
            NdisAllocatePacketPool(out _, out station._packetPool, MostPackets, 16);
            NdisAllocateBufferPool(out _, out station._bufferPool, MostPackets * 64);
            station._protocol.Register(Characteristics);
        });
        return station;
    }

    /// <summary>Opens the adapter. False where that is not possible.</summary>
    public bool Open(Adapter adapter)
    {
        NDIS_STATUS status = NDIS_STATUS_FAILURE;
        _protocol.Run(() => status = _binding.Open(_protocol.Handle, adapter, _self));
        return status == NDIS_STATUS_SUCCESS;
    }

    /// <summary>Sets a value for this protocol, which NDIS passes on for all. The answer; null where there is none.</summary>
    public NDIS_STATUS? Set(uint oid, byte[] value)
    {
        var request = new OidRequest((uint)(sizeof(NDIS_REQUEST) + Math.Max(value.Length, 4)));
        NDIS_STATUS status = NDIS_STATUS_REQUEST_ABORTED;
        _protocol.Run(() =>
        {
            request.Make();
            _request = request;
            value.CopyTo(request.Value);
            status = request.Perform(
                _binding, NDIS_REQUEST_TYPE.NdisRequestSetInformation, oid, (uint)value.Length, s_patience);
            request.Free();
        });
        return status == NDIS_STATUS_REQUEST_ABORTED ? null : status;
    }

    /// <summary>Sends a frame in buffers of such lengths, and does not wait. The status is the miniport's, or pending.</summary>
    public NDIS_STATUS Send(byte[] frame, IReadOnlyList<int> lengths)
    {
        if (_isAsleep) return NDIS_STATUS_ADAPTER_NOT_READY;
        NDIS_STATUS status = NDIS_STATUS_RESOURCES;
        _protocol.Run(() => status = SendInName(frame, lengths));
        return status;
    }

    /// <summary>Waits until the miniport has completed all packets. False where it has not.</summary>
    public bool AwaitSends(TimeSpan patience) => SpinWait.SpinUntil(() => _sent.IsEmpty, patience);

    /// <summary>NdisReset, and waits for its end; null where it does not come.</summary>
    public NDIS_STATUS? Reset(Adapter adapter)
    {
        _reset = new TaskCompletionSource<NDIS_STATUS>(TaskCreationOptions.RunContinuationsAsynchronously);
        NDIS_STATUS status = NDIS_STATUS_FAILURE;
        _protocol.Run(() => status = _binding.Reset());
        if (status != NDIS_STATUS_PENDING) return status;
        return _reset.Task.Wait(s_patience) ? _reset.Task.Result : null;
    }

    /// <summary>Where in the driver the frame was indicated that was taken last.</summary>
    public IReadOnlyList<CodePlace> IndicatedAt { get; private set; } = [];

    /// <summary>The next frame that was indicated; null where none is in time. By one thread.</summary>
    public byte[]? Take(TimeSpan patience)
    {
        if (!_received.TryTake(out (byte[] Frame, IReadOnlyList<CodePlace> Stack) one, patience)) return null;
        IndicatedAt = one.Stack;
        return one.Frame;
    }

    /// <summary>Closes the adapter, and gives everything back that the miniport has given back.</summary>
    public void Dispose()
    {
        if (!_self.IsAllocated) return;
        SpinWait.SpinUntil(() => Volatile.Read(ref _kept) == 0, s_patience);
        _protocol.Run(_binding.Close);
        // A miniport that keeps a packet keeps the binding, until it is halted.
        if (!_binding.Closed.Wait(s_patience)) return;
        _protocol.Run(() =>
        {
            NdisFreeBufferPool(_bufferPool);
            NdisFreePacketPool(_packetPool);
            _protocol.Deregister();
        });
        _self.Free();
    }

    private void Add(byte[] frame)
    {
        // What a neighbour says to other protocols.
        if (frame.Length >= 14 && (frame[12], frame[13]) is (0x08, 0x00 or 0x06)) return;
        _received.Add((frame, _protocol.Instance.Options.Verification?.Stack() ?? []));
    }

    /// <summary>ProtocolUnbindAdapter returns when the adapter is closed: what was sent has ended by then.</summary>
    private void Unbind()
    {
        _binding.Close();
        _protocol.Instance.WaitUntil(s_patience, () => _binding.Closed.IsCompleted);
    }

    private void OnClosed()
    {
        _binding.CloseComplete();
        _protocol.Instance.Wake();
    }

    private static Station Of(NDIS_HANDLE context) => (Station)GCHandle.FromIntPtr(context.Value).Target!;

    /// <summary>
    /// A protocol has nothing under way, and begins nothing, while its adapter sleeps (NDIS 5, NetEventSetPower).
    /// </summary>
    private NDIS_STATUS OnEvent(NET_PNP_EVENT* happened)
    {
        if (happened->NetEvent != NET_PNP_EVENT_CODE.NetEventSetPower) return NDIS_STATUS_SUCCESS;
        _isAsleep = *(NDIS_DEVICE_POWER_STATE*)happened->Buffer != NDIS_DEVICE_POWER_STATE.NdisDeviceStateD0;
        if (_isAsleep) _protocol.Instance.WaitUntil(s_patience, () => _sent.IsEmpty);
        return NDIS_STATUS_SUCCESS;
    }

    private NDIS_STATUS SendInName(byte[] frame, IReadOnlyList<int> lengths)
    {
        NdisAllocatePacket(out NDIS_STATUS status, out NDIS_PACKET* packet, _packetPool);
        if (status != NDIS_STATUS_SUCCESS) return status;
        var sent = new SentPacket();
        int offset = 0;
        foreach (int length in lengths)
        {
            status = NdisAllocateMemory(out void* memory, (uint)Math.Max(length, 1), 0, NDIS_PHYSICAL_ADDRESS.None);
            if (status != NDIS_STATUS_SUCCESS) break;
            sent.Memory.Add(((nint)memory, (uint)Math.Max(length, 1)));
            frame.AsSpan(offset, length).CopyTo(new Span<byte>(memory, length));
            offset += length;
            NdisAllocateBuffer(out status, out NDIS_BUFFER* buffer, _bufferPool, memory, (uint)length);
            if (status != NDIS_STATUS_SUCCESS) break;
            NdisChainBufferAtBack(packet, buffer);
        }

        if (status != NDIS_STATUS_SUCCESS)
        {
            Free(packet, sent);
            return status;
        }

        _sent[(nint)packet] = sent;
        status = _binding.Send(packet);
        if (status != NDIS_STATUS_PENDING) OnSent(packet, status);
        return status;
    }

    private void OnSent(NDIS_PACKET* packet, NDIS_STATUS status)
    {
        if (!_sent.TryRemove((nint)packet, out SentPacket? sent)) return;
        if (status != NDIS_STATUS_SUCCESS) Interlocked.Increment(ref _failed);
        if (_isAsleep && _sent.IsEmpty) _protocol.Instance.Wake();
        // The protocol frees it as its own, no matter whose function runs.
        _protocol.Run(() => Free(packet, sent));
    }

    private static void Free(NDIS_PACKET* packet, SentPacket sent)
    {
        while (true)
        {
            NdisUnchainBufferAtFront(packet, out NDIS_BUFFER* buffer);
            if (buffer is null) break;
            NdisFreeBuffer(buffer);
        }

        NdisFreePacket(packet);
        foreach ((nint memory, uint length) in sent.Memory) NdisFreeMemory((void*)memory, length, 0);
    }

    private NDIS_STATUS Receive(NDIS_HANDLE receive, ReadOnlySpan<byte> header, byte* ahead, uint aheadSize, uint size)
    {
        if (size > LongestFrame) return NDIS_STATUS_NOT_ACCEPTED;
        if (aheadSize >= size)
        {
            Add([.. header, .. new ReadOnlySpan<byte>(ahead, (int)size)]);
            return NDIS_STATUS_SUCCESS;
        }

        byte[] known = header.ToArray();
        _protocol.Run(() => Transfer(receive, known, size));
        return NDIS_STATUS_SUCCESS;
    }

    /// <summary>NdisTransferData: the miniport showed a part of the frame, and is asked for all of it.</summary>
    private void Transfer(NDIS_HANDLE receive, byte[] header, uint size)
    {
        if (NdisAllocateMemory(out void* memory, size, 0, NDIS_PHYSICAL_ADDRESS.None) != NDIS_STATUS_SUCCESS) return;
        NdisAllocatePacket(out NDIS_STATUS status, out NDIS_PACKET* packet, _packetPool);
        if (status != NDIS_STATUS_SUCCESS)
        {
            NdisFreeMemory(memory, size, 0);
            return;
        }

        NdisAllocateBuffer(out status, out NDIS_BUFFER* buffer, _bufferPool, memory, size);
        NdisChainBufferAtFront(packet, buffer);
        var transfer = new SentPacket { Header = header };
        transfer.Memory.Add(((nint)memory, size));
        _sent[(nint)packet] = transfer;
        status = _binding.TransferData(receive, size, packet, out uint transferred);
        if (status != NDIS_STATUS_PENDING) EndTransfer(packet, status, transferred);
    }

    private void EndTransfer(NDIS_PACKET* packet, NDIS_STATUS status, uint bytes)
    {
        if (!_sent.TryRemove((nint)packet, out SentPacket? transfer)) return;
        (nint memory, uint length) = transfer.Memory[0];
        if (status == NDIS_STATUS_SUCCESS)
            Add([.. transfer.Header, .. new ReadOnlySpan<byte>((void*)memory, (int)Math.Min(bytes, length))]);
        _protocol.Run(() => Free(packet, transfer));
    }

    /// <summary>A packet's bytes.</summary>
    public static byte[] Copy(nint packet)
    {
        List<byte> frame = [];
        NDIS_BUFFER* buffer = ((NDIS_PACKET*)packet)->Private.Head;
        while (buffer is not null)
        {
            NdisQueryBuffer(buffer, out void* bytes, out uint length);
            frame.AddRange(new ReadOnlySpan<byte>(bytes, (int)length));
            NdisGetNextBuffer(buffer, out buffer);
        }

        return [.. frame];
    }

    private int ReceivePacket(NDIS_PACKET* packet)
    {
        NdisQueryPacketLength(packet, out uint total);
        if (total > LongestFrame) return 0;
        Add(Copy((nint)packet));
        if (!_keepsPackets || NDIS_GET_PACKET_STATUS(packet) == NDIS_STATUS_RESOURCES) return 0;
        Interlocked.Increment(ref _kept);
        nint kept = (nint)packet;
        ThreadPool.QueueUserWorkItem(_ =>
        {
            _protocol.Run(() =>
            {
                var one = (NDIS_PACKET*)kept;
                NdisReturnPackets(&one, 1);
            });
            Interlocked.Decrement(ref _kept);
        });
        return 1;
    }

    private sealed class SentPacket
    {
        public List<(nint Memory, uint Length)> Memory { get; } = [];

        public byte[] Header { get; init; } = [];
    }
}
