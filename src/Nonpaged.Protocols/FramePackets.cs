using static Nonpaged.Ndis.NdisLibrary;

namespace Nonpaged.Protocols;

/// <summary>
/// A protocol's packets, each with one buffer in memory of NdisAllocateMemory with flags 0 (clause C11). Made, taken and freed in
/// the protocol's name; packets come back on any thread.
/// </summary>
internal sealed unsafe class FramePackets(uint frameSize) : IDisposable
{
    private readonly Stack<nint> _free = new();
    private readonly SemaphoreSlim _freeCount = new(0);
    private readonly List<nint> _memory = [];
    private NDIS_HANDLE _packetPool;
    private NDIS_HANDLE _bufferPool;

    /// <summary>How many there are.</summary>
    public int Count => _memory.Count;

    /// <summary>Makes as many as there is memory for.</summary>
    /// <param name="count">How many, at most.</param>
    /// <param name="fewest">How many, at least.</param>
    /// <param name="offset">Bytes of the memory before the buffer.</param>
    /// <exception cref="AdapterException">There is too little memory. What was made goes with <see cref="Free"/>.</exception>
    public void Make(int count, int fewest, uint offset = 0)
    {
        MakePools(count);
        Fill(count, fewest, offset);
    }

    /// <summary>The first half of <see cref="Make"/>: room for the descriptors of so many.</summary>
    public void MakePools(int count)
    {
        NdisAllocatePacketPool(out NDIS_STATUS status, out _packetPool, (uint)count, (uint)sizeof(nint));
        Require(status, nameof(NdisAllocatePacketPool));
        NdisAllocateBufferPool(out status, out _bufferPool, (uint)count);
        Require(status, nameof(NdisAllocateBufferPool));
    }

    /// <summary>The second half of <see cref="Make"/>: the packets and their memory.</summary>
    public void Fill(int count, int fewest, uint offset = 0)
    {
        while (Count < count)
        {
            NDIS_STATUS status = Add(offset);
            if (status == NDIS_STATUS_SUCCESS) continue;
            if (Count < fewest) Require(status, nameof(NdisAllocateMemory));
            return;
        }
    }

    /// <summary>Takes a free one; null where none is free in time.</summary>
    public NDIS_PACKET* Take(TimeSpan patience, CancellationToken cancellationToken = default)
    {
        return _freeCount.Wait(patience, cancellationToken) ? TakeReserved() : null;
    }

    /// <summary>
    /// As <see cref="Take"/>, where the caller may not wait: false where none is free in time, otherwise one is set aside.
    /// </summary>
    public Task<bool> ReserveAsync(TimeSpan patience, CancellationToken cancellationToken) =>
        _freeCount.WaitAsync(patience, cancellationToken);

    /// <summary>Takes the one that was set aside.</summary>
    public NDIS_PACKET* TakeReserved()
    {
        lock (_free) return (NDIS_PACKET*)_free.Pop();
    }

    /// <summary>A packet is free again.</summary>
    public void Return(NDIS_PACKET* packet)
    {
        lock (_free) _free.Push((nint)packet);
        _freeCount.Release();
    }

    /// <summary>A packet's memory, from before its buffer.</summary>
    public static byte* MemoryOf(NDIS_PACKET* packet) => *(byte**)packet->ProtocolReserved;

    /// <summary>Sets the length of a packet's buffer.</summary>
    public static void SetLength(NDIS_PACKET* packet, uint length)
    {
        NdisAdjustBufferLength(packet->Private.Head, length);
        packet->Private.ValidCounts = 0;
    }

    /// <summary>Waits for those that are out, and frees all.</summary>
    public void Free(TimeSpan patience)
    {
        for (int left = Count; left > 0; left--)
        {
            NDIS_PACKET* packet = Take(patience);
            if (packet is null) break;
            NdisUnchainBufferAtFront(packet, out NDIS_BUFFER* buffer);
            NdisFreeBuffer(buffer);
            NdisFreePacket(packet);
        }

        foreach (nint memory in _memory) NdisFreeMemory((void*)memory, frameSize, 0);
        _memory.Clear();
        if (!_bufferPool.IsNull) NdisFreeBufferPool(_bufferPool);
        if (!_packetPool.IsNull) NdisFreePacketPool(_packetPool);
    }

    public void Dispose() => _freeCount.Dispose();

    private NDIS_STATUS Add(uint offset)
    {
        NDIS_STATUS status = NdisAllocateMemory(out void* memory, frameSize, 0, NDIS_PHYSICAL_ADDRESS.None);
        if (status != NDIS_STATUS_SUCCESS) return status;
        NdisAllocateBuffer(out status, out NDIS_BUFFER* buffer, _bufferPool, (byte*)memory + offset, frameSize - offset);
        if (status == NDIS_STATUS_SUCCESS)
        {
            NdisAllocatePacket(out status, out NDIS_PACKET* packet, _packetPool);
            if (status == NDIS_STATUS_SUCCESS)
            {
                NdisChainBufferAtFront(packet, buffer);
                *(void**)packet->ProtocolReserved = memory;
                _memory.Add((nint)memory);
                Return(packet);
                return status;
            }

            NdisFreeBuffer(buffer);
        }

        NdisFreeMemory(memory, frameSize, 0);
        return status;
    }

    private static void Require(NDIS_STATUS status, string call)
    {
        if (status == NDIS_STATUS_SUCCESS) return;
        string reason = $"The protocol's packets could not be made: {call} returned {status.Describe()}.";
        throw new AdapterException(reason, status, []);
    }
}
