using static Nonpaged.Ndis.NdisLibrary;

namespace Nonpaged.Ndis;

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

    private void AllocateFrames()
    {
        var requestSize = (uint)sizeof(NDIS_REQUEST) + RequestBufferSize;
        Require(NdisAllocateMemory(out var request, requestSize, 0, NDIS_PHYSICAL_ADDRESS.None), nameof(NdisAllocateMemory));
        _request = (NDIS_REQUEST*)request;
        NdisAllocatePacketPool(out var status, out _packetPool, TransmitFrames + 1, 0);
        Require(status, nameof(NdisAllocatePacketPool));
        NdisAllocateBufferPool(out status, out _bufferPool, TransmitFrames + 1);
        Require(status, nameof(NdisAllocateBufferPool));
        for (var index = 0; index < TransmitFrames; index++) _freePackets.Push((nint)NewPacket(index));
        _receivePacket = NewPacket(TransmitFrames);
        _freeFrames.Release(TransmitFrames);
    }

    private NDIS_PACKET* NewPacket(int index)
    {
        Require(NdisAllocateMemory(out var memory, FrameSize, 0, NDIS_PHYSICAL_ADDRESS.None), nameof(NdisAllocateMemory));
        _memory[index] = (byte*)memory;
        NdisAllocatePacket(out var status, out var packet, _packetPool);
        Require(status, nameof(NdisAllocatePacket));
        NdisAllocateBuffer(out status, out var buffer, _bufferPool, memory, FrameSize);
        if (status != NDIS_STATUS_SUCCESS) NdisFreePacket(packet);
        Require(status, nameof(NdisAllocateBuffer));
        NdisChainBufferAtFront(packet, buffer);
        return packet;
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
        if (_request is not null) NdisFreeMemory(_request, (uint)sizeof(NDIS_REQUEST) + RequestBufferSize, 0);
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
        NdisSend(out var status, _binding, packet);
        if (status != NDIS_STATUS_PENDING) OnSent(packet);
    }

    private void OnSent(NDIS_PACKET* packet)
    {
        lock (_freePackets) _freePackets.Push((nint)packet);
        _freeFrames.Release();
    }
}
