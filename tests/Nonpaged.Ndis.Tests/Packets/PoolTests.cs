using CsCheck;
using Nonpaged.Tests;

namespace Nonpaged.Ndis.Tests.Packets;

/// <summary>Packet and buffer pools.</summary>
public sealed unsafe class PoolTests : IDisposable
{
    private readonly MachineRam _ram = new(4 << 20);
    private readonly NonpagedPool _pool;
    private readonly NdisInstance _ndis;

    public PoolTests()
    {
        _pool = _ram.Pool(MachineRam.Pc(4 << 20));
        _ndis = new NdisInstance(_pool);
    }

    [Fact]
    public void Making_a_pool_always_succeeds_and_its_count_is_a_limit() => Run(() =>
    {
        NdisAllocatePacketPool(out NDIS_STATUS status, out NDIS_HANDLE pool, 100_000_000, 16);
        Assert.Equal(NDIS_STATUS_SUCCESS, status);
        NdisFreePacketPool(pool);

        NdisAllocatePacketPool(out _, out pool, 3, 16);
        var packets = new List<nint>();
        for (int index = 0; index < 3; index++) packets.Add(Take(pool, NDIS_STATUS_SUCCESS));
        Assert.Equal(0, Take(pool, NDIS_STATUS_RESOURCES));
        Assert.Equal(3u, NdisPacketPoolUsage(pool));
        NdisFreePacket((NDIS_PACKET*)packets[0]);
        packets[0] = Take(pool, NDIS_STATUS_SUCCESS);
        foreach (nint packet in packets) NdisFreePacket((NDIS_PACKET*)packet);
        NdisFreePacketPool(pool);
        Assert.Empty(_ndis.Reports);
    });

    [Fact]
    public void A_packet_is_zero_initialized_whatever_was_in_it_before() => Run(() =>
    {
        NdisAllocatePacketPool(out _, out NDIS_HANDLE pool, 1, 32);
        var packet = (NDIS_PACKET*)Take(pool, NDIS_STATUS_SUCCESS);
        NdisFillMemory(packet->ProtocolReserved, 32, 0xaa);
        NdisFillMemory(packet->MiniportReserved, 32, 0xaa);
        NDIS_SET_PACKET_STATUS(packet, NDIS_STATUS_CLOSING);
        NdisFreePacket(packet);
        packet = (NDIS_PACKET*)Take(pool, NDIS_STATUS_SUCCESS);
        Assert.Equal(new byte[32], new ReadOnlySpan<byte>(packet->ProtocolReserved, 32).ToArray());
        Assert.Equal(new byte[32], new ReadOnlySpan<byte>(packet->MiniportReserved, 32).ToArray());
        Assert.Equal(NDIS_STATUS_SUCCESS, NDIS_GET_PACKET_STATUS(packet));
        NdisFreePacket(packet);
        NdisFreePacketPool(pool);
    });

    [Fact]
    public void A_packet_freed_twice_is_reported_and_handed_out_once() => Run(() =>
    {
        NdisAllocatePacketPool(out _, out NDIS_HANDLE pool, 2, 0);
        var packet = (NDIS_PACKET*)Take(pool, NDIS_STATUS_SUCCESS);
        NdisFreePacket(packet);
        NdisFreePacket(packet);
        Assert.Equal(NdisReportKind.FreeTwice, Assert.Single(_ndis.Reports).Kind);
        Assert.NotEqual(Take(pool, NDIS_STATUS_SUCCESS), Take(pool, NDIS_STATUS_SUCCESS));
    });

    [Fact]
    public void A_packet_that_names_another_pool_is_reported_and_goes_back_to_its_own() => Run(() =>
    {
        NdisAllocatePacketPool(out _, out NDIS_HANDLE own, 1, 0);
        NdisAllocatePacketPool(out _, out NDIS_HANDLE other, 1, 0);
        var packet = (NDIS_PACKET*)Take(own, NDIS_STATUS_SUCCESS);
        packet->Private.Pool = other;
        NdisFreePacket(packet);
        Assert.Equal(NdisReportKind.BadHandle, Assert.Single(_ndis.Reports).Kind);
        Assert.Equal((0u, 0u), (NdisPacketPoolUsage(own), NdisPacketPoolUsage(other)));
    });

    [Fact]
    public void What_is_no_descriptor_is_reported_and_nothing_is_freed() => Run(() =>
    {
        NdisAllocateBufferPool(out _, out NDIS_HANDLE pool, 1);
        byte* something = stackalloc byte[64];
        NdisAllocateBuffer(out _, out NDIS_BUFFER* buffer, pool, something, 64);
        NdisFreePacket((NDIS_PACKET*)buffer);
        NdisFreeBuffer((NDIS_BUFFER*)(something + 8));
        NdisFreeBuffer(null);
        Assert.Equal(3, _ndis.Reports.Count(report => report.Kind == NdisReportKind.BadHandle));
        NdisFreeBuffer(buffer);
        NdisFreeBufferPool(pool);
    });

    [Fact]
    public void A_buffer_at_no_address_is_reported_and_not_made() => Run(() =>
    {
        NdisAllocateBufferPool(out _, out NDIS_HANDLE pool, 2);
        NdisAllocateBuffer(out NDIS_STATUS status, out NDIS_BUFFER* buffer, pool, null, 64);
        Assert.True(status == NDIS_STATUS_FAILURE && buffer is null);
        Assert.Contains("at address 0", Assert.Single(_ndis.Reports).Message, StringComparison.Ordinal);
        NdisAllocateBuffer(out status, out buffer, pool, null, 0);
        Assert.Equal(NDIS_STATUS_SUCCESS, status);
        NdisFreeBuffer(buffer);
        NdisFreeBufferPool(pool);
    });

    [Fact]
    public void A_pool_freed_with_packets_outstanding_is_reported_and_its_memory_returns_with_the_last_one() => Run(() =>
    {
        NdisAllocatePacketPool(out _, out NDIS_HANDLE pool, 2, 0);
        var packet = (NDIS_PACKET*)Take(pool, NDIS_STATUS_SUCCESS);
        NdisFreePacketPool(pool);
        Assert.Contains("1 packets outstanding", Assert.Single(_ndis.Reports).Message, StringComparison.Ordinal);
        Assert.NotEmpty(_pool.Blocks);
        NdisFreePacket(packet);
        Assert.Empty(_pool.Blocks);
    });

    [Fact]
    public void A_pool_freed_twice_is_a_bad_handle() => Run(() =>
    {
        NdisAllocateBufferPool(out _, out NDIS_HANDLE pool, 1);
        NdisFreeBufferPool(pool);
        NdisFreeBufferPool(pool);
        Assert.Equal(NdisReportKind.BadHandle, Assert.Single(_ndis.Reports).Kind);
    });

    [Fact]
    public void Buffers_chained_and_unchained_in_any_order_give_the_bytes_of_a_list() => Gen
        .Select(Gen.Int[0, 4], Gen.Int[1, 5000]).Array[1, 40].Sample(steps => Run(() =>
        {
            NdisAllocatePacketPool(out _, out NDIS_HANDLE packets, 1, 0);
            NdisAllocateBufferPool(out _, out NDIS_HANDLE buffers, 64);
            var packet = (NDIS_PACKET*)Take(packets, NDIS_STATUS_SUCCESS);
            var model = new LinkedList<uint>();
            foreach ((int step, int length) in steps) Perform(packet, buffers, model, step, (uint)length);

            NdisQueryPacket(packet, out uint pages, out uint count, out NDIS_BUFFER* first, out uint total);
            Assert.Equal(((uint)model.Count, (uint)model.Sum(one => one)), (count, total));
            Assert.True(pages >= count);
            var lengths = new List<uint>();
            for (NDIS_BUFFER* buffer = first; buffer != null; NdisGetNextBuffer(buffer, out buffer))
            {
                NdisQueryBuffer(buffer, out _, out uint one);
                lengths.Add(one);
            }

            Assert.Equal(model, lengths);
            while (model.Count > 0) Perform(packet, buffers, model, 2, 0);
            NdisFreePacket(packet);
            NdisFreePacketPool(packets);
            NdisFreeBufferPool(buffers);
            Assert.Empty(_ndis.Reports);
        }), iter: 200, threads: 1);

    [Fact]
    public void Bytes_are_copied_from_packet_to_packet_across_buffers() => Run(() =>
    {
        byte* source = stackalloc byte[300];
        byte* destination = stackalloc byte[300];
        for (int index = 0; index < 300; index++) source[index] = (byte)(index * 7);
        NdisAllocatePacketPool(out _, out NDIS_HANDLE packets, 2, 0);
        NdisAllocateBufferPool(out _, out NDIS_HANDLE buffers, 6);
        NDIS_PACKET* from = Split(packets, buffers, source, 100, 1, 199);
        NDIS_PACKET* to = Split(packets, buffers, destination, 10, 250, 40);
        NdisCopyFromPacketToPacket(to, 5, 270, from, 30, out uint copied);
        Assert.Equal(270u, copied);
        Assert.True(new ReadOnlySpan<byte>(destination + 5, 270).SequenceEqual(new ReadOnlySpan<byte>(source + 30, 270)));
        NdisCopyFromPacketToPacket(to, 295, 100, from, 0, out copied);
        Assert.Equal(5u, copied);
    });

    public void Dispose()
    {
        _ndis.Dispose();
        _pool.Dispose();
        _ram.Dispose();
    }

    private static NDIS_PACKET* Split(NDIS_HANDLE packets, NDIS_HANDLE buffers, byte* memory, params ReadOnlySpan<uint> lengths)
    {
        var packet = (NDIS_PACKET*)Take(packets, NDIS_STATUS_SUCCESS);
        foreach (uint length in lengths)
        {
            NdisAllocateBuffer(out _, out NDIS_BUFFER* buffer, buffers, memory, length);
            NdisChainBufferAtBack(packet, buffer);
            memory += length;
        }

        return packet;
    }

    private static void Perform(NDIS_PACKET* packet, NDIS_HANDLE buffers, LinkedList<uint> model, int step, uint length)
    {
        NDIS_BUFFER* buffer = null;
        if (step < 2) NdisAllocateBuffer(out _, out buffer, buffers, (void*)0x10000, length);
        switch (step)
        {
            case 0:
                NdisChainBufferAtFront(packet, buffer);
                model.AddFirst(length);
                break;
            case 1:
                NdisChainBufferAtBack(packet, buffer);
                model.AddLast(length);
                break;
            case 2:
                NdisUnchainBufferAtFront(packet, out buffer);
                Free(buffer, model, model.First);
                break;
            case 3:
                NdisUnchainBufferAtBack(packet, out buffer);
                Free(buffer, model, model.Last);
                break;
            case 4 when model.First is { } first:
                NdisGetFirstBufferFromPacket(packet, out buffer, out _, out _, out _);
                NdisAdjustBufferLength(buffer, length);
                packet->Private.ValidCounts = 0;
                first.Value = length;
                break;
        }
    }

    private static void Free(NDIS_BUFFER* buffer, LinkedList<uint> model, LinkedListNode<uint>? node)
    {
        Assert.Equal(node is null, buffer == null);
        if (node is null) return;
        NdisQueryBuffer(buffer, out _, out uint length);
        Assert.Equal(node.Value, length);
        model.Remove(node);
        NdisFreeBuffer(buffer);
    }

    private static nint Take(NDIS_HANDLE pool, NDIS_STATUS expected)
    {
        NdisAllocatePacket(out NDIS_STATUS status, out NDIS_PACKET* packet, pool);
        Assert.Equal(expected, status);
        return (nint)packet;
    }

    private void Run(Action check) => _ndis.Run(new Driver("test", DriverKind.Protocol), check);
}
