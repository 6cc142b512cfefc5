using System.Runtime.InteropServices;

namespace Nonpaged.Ndis.Tests.Miniports;

/// <summary>The ways in which a miniport hands over frames, and how it hears that its hardware was taken away.</summary>
public sealed unsafe class ReceiveWaysTests
{
    private static readonly byte[] s_frame =
        [.. TinyMiniport.Address, 2, 0, 0, 0, 0, 9, 8, 0, .. Enumerable.Range(0, 200).Select(one => (byte)one)];

    [Fact]
    public void The_rest_of_a_frame_may_be_transferred_later()
    {
        using var bench = new MiniportBench();
        nint pending = 0;
        bench.Miniport.Characteristics.TransferDataHandler = (
            NDIS_PACKET* packet, out uint bytes, void* _, NDIS_HANDLE receive, uint offset, uint wanted) =>
        {
            Assert.Equal((7, 0u, 200u), (receive.Value, offset, wanted));
            bytes = 0;
            pending = (nint)packet;
            return NDIS_STATUS_PENDING;
        };
        bench.Miniport.HandleInterrupt = () =>
        {
            bench.Machine.Line.Lower();
            if (pending == 0)
            {
                // The look-ahead is less than the frame.
                fixed (byte* frame = s_frame)
                    NdisMEthIndicateReceive(bench.Miniport.Handle, new NDIS_HANDLE(7), frame, 14, frame + 14, 20, 200);
                return;
            }

            fixed (byte* frame = s_frame) PacketCursor.Write((NDIS_PACKET*)pending, 0, frame + 14, 200);
            NdisMTransferDataComplete(bench.Miniport.Handle, (NDIS_PACKET*)pending, NDIS_STATUS_SUCCESS, 200);
        };
        using Adapter adapter = bench.Start();
        using var protocol = new TinyProtocol(bench.Ndis, adapter);
        protocol.SetFilter(NDIS_PACKET_TYPE_DIRECTED);
        byte* memory = (byte*)NativeMemory.AllocZeroed(200);
        nint packet = protocol.NewPacket();
        NDIS_HANDLE pool = default;
        NDIS_BUFFER* buffer = null;
        protocol.Run(() =>
        {
            NdisAllocateBufferPool(out NDIS_STATUS _, out pool, 1);
            NdisAllocateBuffer(out NDIS_STATUS _, out buffer, pool, memory, 200);
            NdisChainBufferAtFront((NDIS_PACKET*)packet, buffer);
        });
        NDIS_STATUS? status = null;
        protocol.Receive = (receive, size) =>
        {
            NdisTransferData(out NDIS_STATUS answer, protocol.Binding, receive, 0, size, (NDIS_PACKET*)packet, out _);
            status = answer;
        };
        bench.Machine.Line.Raise();
        MiniportBench.Eventually(() => status == NDIS_STATUS_PENDING, () => $"{status}");
        bench.Machine.Line.Raise();
        MiniportBench.Eventually(() => !protocol.Transfers.IsEmpty, "the transfer does not end");
        Assert.Equal([(packet, NDIS_STATUS_SUCCESS, 200u)], protocol.Transfers);
        Assert.True(new ReadOnlySpan<byte>(memory, 200).SequenceEqual(s_frame.AsSpan(14)));
        protocol.Run(() =>
        {
            NdisUnchainBufferAtFront((NDIS_PACKET*)packet, out _);
            NdisFreePacket((NDIS_PACKET*)packet);
            NdisFreeBuffer(buffer);
            NdisFreeBufferPool(pool);
        });
        NativeMemory.Free(memory);
        Assert.Empty(bench.Ndis.Reports);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Frames_indicated_as_packets_arrive_and_a_deserialized_miniport_gets_them_back_by_its_function(bool isDeserialized)
    {
        using var bench = new MiniportBench();
        var returned = new List<nint>();
        nint packet = 0;
        bench.Miniport.Characteristics.ReturnPacketHandler = (_, back) => returned.Add((nint)back);
        bench.Miniport.InInitialize = (adapter, _) =>
        {
            NDIS_STATUS status = bench.Miniport.Claim(adapter);
            uint flags = NDIS_ATTRIBUTE_BUS_MASTER | (isDeserialized ? NDIS_ATTRIBUTE_DESERIALIZE : 0);
            NdisMSetAttributesEx(adapter, bench.Miniport.Context, 1, flags, NDIS_INTERFACE_TYPE.NdisInterfacePci);
            return status;
        };
        bench.Miniport.HandleInterrupt = () =>
        {
            bench.Machine.Line.Lower();
            var one = (NDIS_PACKET*)packet;
            NdisMIndicateReceivePacket(bench.Miniport.Handle, &one, 1);
        };
        using Adapter adapter = bench.Start();
        using var protocol = new TinyProtocol(bench.Ndis, adapter);
        protocol.SetFilter(NDIS_PACKET_TYPE_DIRECTED);
        byte* memory = (byte*)NativeMemory.AllocZeroed((nuint)s_frame.Length);
        s_frame.CopyTo(new Span<byte>(memory, s_frame.Length));
        packet = protocol.NewPacket();
        NDIS_HANDLE pool = default;
        NDIS_BUFFER* buffer = null;
        protocol.Run(() =>
        {
            NdisAllocateBufferPool(out NDIS_STATUS _, out pool, 1);
            NdisAllocateBuffer(out NDIS_STATUS _, out buffer, pool, memory, (uint)s_frame.Length);
            NdisChainBufferAtFront((NDIS_PACKET*)packet, buffer);
            NDIS_SET_PACKET_STATUS((NDIS_PACKET*)packet, NDIS_STATUS_SUCCESS);
        });
        bench.Machine.Line.Raise();
        MiniportBench.Eventually(
            () => !protocol.Frames.IsEmpty && (!isDeserialized || returned.Count > 0),
            "the frame does not arrive, or the packet does not come back");
        Assert.Equal(s_frame, Assert.Single(protocol.Frames));
        Assert.Equal(isDeserialized ? [packet] : [], returned);
        Assert.NotEqual(NDIS_STATUS_PENDING, NDIS_GET_PACKET_STATUS((NDIS_PACKET*)packet));
        protocol.Run(() =>
        {
            NdisUnchainBufferAtFront((NDIS_PACKET*)packet, out _);
            NdisFreePacket((NDIS_PACKET*)packet);
            NdisFreeBuffer(buffer);
            NdisFreeBufferPool(pool);
        });
        NativeMemory.Free(memory);
    }

    [Fact]
    public void A_surprise_removal_is_told_before_the_halt()
    {
        using var bench = new MiniportBench();
        var events = new List<string>();
        bench.Miniport.Characteristics.PnPEventNotifyHandler = (_, what, _, _) => events.Add($"{what}@{KeGetCurrentIrql()}");
        bench.Miniport.Halt = () =>
        {
            events.Add("Halt");
            bench.Miniport.Release();
        };
        using Adapter adapter = bench.Start();
        bench.Machine.PullOut();
        Assert.True(adapter.Halted.Wait(MiniportBench.Patience));
        Assert.Equal(["NdisDevicePnPEventSurpriseRemoved@PASSIVE_LEVEL", "Halt"], events);
    }
}
