using static Nonpaged.Ndis.NdisLibrary;

namespace Nonpaged.Protocols;

/// <summary>Its packets, and their buffers in memory of NdisAllocateMemory with flags 0.</summary>
public sealed unsafe partial class LeaseAndPing
{
    private const int TransmitFrames = 8;
    private const uint FrameSize = 1514;

    private readonly SemaphoreSlim _freeFrames = new(0, TransmitFrames);
    private readonly Stack<nint> _freePackets = new();
    private readonly byte*[] _memory = new byte*[TransmitFrames + 1];
    private NDIS_HANDLE _packetPool;
    private NDIS_HANDLE _bufferPool;
    private NDIS_PACKET* _receivePacket;

    /// <summary>One packet to receive and one to send are enough to work; more let sends overlap.</summary>
    private void AllocateFrames()
    {
        NdisAllocatePacketPool(out var status, out _packetPool, TransmitFrames + 1, 0);
        Require(status, nameof(NdisAllocatePacketPool));
        NdisAllocateBufferPool(out status, out _bufferPool, TransmitFrames + 1);
        Require(status, nameof(NdisAllocateBufferPool));
        // As long as a frame, though less would do: blocks of one length share their pages.
        Require(NdisAllocateMemory(out var request, FrameSize, 0, NDIS_PHYSICAL_ADDRESS.None), nameof(NdisAllocateMemory));
        _request = (NDIS_REQUEST*)request;
        Require(TryAddPacket(TransmitFrames, out _receivePacket), nameof(NdisAllocatePacket));
        status = NDIS_STATUS_SUCCESS;
        for (var index = 0; index < TransmitFrames && status == NDIS_STATUS_SUCCESS; index++)
        {
            status = TryAddPacket(index, out var packet);
            if (status == NDIS_STATUS_SUCCESS) _freePackets.Push((nint)packet);
        }

        if (_freePackets.Count == 0) Require(status, nameof(NdisAllocatePacket));
        _freeFrames.Release(_freePackets.Count);
    }

    private NDIS_STATUS TryAddPacket(int index, out NDIS_PACKET* packet)
    {
        packet = null;
        var status = NdisAllocateMemory(out var memory, FrameSize, 0, NDIS_PHYSICAL_ADDRESS.None);
        if (status != NDIS_STATUS_SUCCESS) return status;
        _memory[index] = (byte*)memory;
        NdisAllocateBuffer(out status, out var buffer, _bufferPool, memory, FrameSize);
        if (status != NDIS_STATUS_SUCCESS) return status;
        NdisAllocatePacket(out status, out packet, _packetPool);
        if (status == NDIS_STATUS_SUCCESS) NdisChainBufferAtFront(packet, buffer);
        else NdisFreeBuffer(buffer);
        return status;
    }

    private void FreeFrames()
    {
        while (_freePackets.TryPop(out var packet)) FreePacket((NDIS_PACKET*)packet);
        if (_receivePacket is not null) FreePacket(_receivePacket);
        foreach (var memory in _memory)
        {
            if (memory is not null) NdisFreeMemory(memory, FrameSize, 0);
        }

        if (!_bufferPool.IsNull) NdisFreeBufferPool(_bufferPool);
        if (!_packetPool.IsNull) NdisFreePacketPool(_packetPool);
        if (_request is not null) NdisFreeMemory(_request, FrameSize, 0);
    }

    private static void FreePacket(NDIS_PACKET* packet)
    {
        NdisUnchainBufferAtFront(packet, out var buffer);
        NdisFreeBuffer(buffer);
        NdisFreePacket(packet);
    }

    /// <summary>Sends from a handler, which may not wait; the frame is dropped where all packets are out.</summary>
    private void TrySend(byte[] frame)
    {
        if (_freeFrames.Wait(0, CancellationToken.None)) SendNow(frame);
    }

    private void SendNow(byte[] frame)
    {
        NDIS_PACKET* packet;
        lock (_freePackets) packet = (NDIS_PACKET*)_freePackets.Pop();
        NdisGetFirstBufferFromPacket(packet, out var buffer, out var address, out _, out _);
        frame.CopyTo(new Span<byte>(address, (int)FrameSize));
        NdisAdjustBufferLength(buffer, (uint)frame.Length);
        packet->Private.ValidCounts = 0;
        if (_binding.Send(packet) != NDIS_STATUS_PENDING) OnSent(packet);
    }

    private void OnSent(NDIS_PACKET* packet)
    {
        lock (_freePackets) _freePackets.Push((nint)packet);
        _freeFrames.Release();
    }
}
