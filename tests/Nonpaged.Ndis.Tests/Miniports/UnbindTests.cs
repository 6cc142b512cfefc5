using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Nonpaged.Ndis.Tests.Miniports;

/// <summary>How protocols leave their adapters, and drivers that were loaded leave.</summary>
public sealed unsafe class UnbindTests
{
    [Fact]
    public void An_adapter_is_opened_by_its_name_and_by_its_devices_name()
    {
        using var bench = new MiniportBench();
        Adapter adapter = bench.Start();
        using var protocol = new TinyProtocol(bench.Ndis, adapter);
        protocol.Run(() => protocol.Reopen($@"\DEVICE\{adapter.Name}"));
        Assert.Equal(2, adapter.Bindings.All.Length);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_protocol_may_wait_in_its_unbind_function_for_what_it_has_under_way(bool isHalted)
    {
        using var bench = new MiniportBench();
        var pending = new ConcurrentQueue<nint>();
        bench.Miniport.Send = packet =>
        {
            pending.Enqueue(packet);
            bench.Machine.Line.Raise();
            return NDIS_STATUS_PENDING;
        };
        bool isSlow = true;
        bench.Miniport.HandleInterrupt = () =>
        {
            bench.Machine.Line.Lower();
            if (isSlow) return;
            while (pending.TryDequeue(out nint packet))
                NdisMSendComplete(bench.Miniport.Handle, (NDIS_PACKET*)packet, NDIS_STATUS_SUCCESS);
        };
        Adapter adapter = bench.Start();
        var events = (NDIS_EVENT*)NativeMemory.AllocZeroed(2, (nuint)sizeof(NDIS_EVENT));
        bool isClosed = false;
        TinyProtocol? protocol = null;
        nint packet = 0;
        protocol = new TinyProtocol(bench.Ndis, adapter, change: one =>
        {
            one.RequestCompleteHandler = (_, _, _) => NdisSetEvent(&events[0]);
            one.CloseAdapterCompleteHandler = (_, _) => NdisSetEvent(&events[1]);
            one.UnbindAdapterHandler = (out NDIS_STATUS status, NDIS_HANDLE _, NDIS_HANDLE _) =>
            {
                // A request, and a close that waits for a send: both need the adapter's turn.
                uint filter = 0;
                var request = new NDIS_REQUEST
                {
                    RequestType = NDIS_REQUEST_TYPE.NdisRequestSetInformation,
                    Oid = OID_GEN_CURRENT_PACKET_FILTER,
                    InformationBuffer = &filter,
                    InformationBufferLength = sizeof(uint),
                };
                NdisRequest(out _, protocol!.Binding, &request);
                Assert.True(NdisWaitEvent(&events[0], 60_000));
                isSlow = false;
                NdisCloseAdapter(out status, protocol.Binding);
                bench.Machine.Line.Raise();
                if (status == NDIS_STATUS_PENDING) Assert.True(NdisWaitEvent(&events[1], 60_000));
                NdisFreePacket((NDIS_PACKET*)packet);
                protocol.FreePool();
                isClosed = true;
                status = NDIS_STATUS_SUCCESS;
            };
        });
        packet = protocol.NewPacket();
        protocol.Send(packet);
        MiniportBench.Eventually(() => !pending.IsEmpty, "the packet is not sent");
        if (isHalted) adapter.Halt();
        protocol.Deregister();
        Assert.True(isClosed);
        Assert.Equal((packet, NDIS_STATUS_SUCCESS), Assert.Single(protocol.Sent));
        adapter.Halt();
        NativeMemory.Free(events);
        Assert.Empty(bench.Ndis.Reports);
    }

    [Fact]
    public void A_miniport_may_complete_from_a_thread_of_its_own()
    {
        using var bench = new MiniportBench();
        bench.Miniport.Send = packet =>
        {
            new Thread(() => bench.Ndis.Run(bench.Ndis.Adapters[0].Driver, () =>
                NdisMSendComplete(bench.Miniport.Handle, (NDIS_PACKET*)packet, NDIS_STATUS_SUCCESS))).Start();
            return NDIS_STATUS_PENDING;
        };
        using Adapter adapter = bench.Start();
        using var protocol = new TinyProtocol(bench.Ndis, adapter);
        nint[] packets = [.. Enumerable.Range(0, 200).Select(_ => protocol.NewPacket())];
        foreach (nint packet in packets) protocol.Send(packet);
        MiniportBench.Eventually(() => protocol.Sent.Count == packets.Length, () => $"{protocol.Sent.Count} of {packets.Length}");
        Assert.Equal(packets.Order(), protocol.Sent.Select(one => one.Packet).Order());
        Assert.Equal(0, bench.Miniport.Overlaps);
        protocol.Run(() =>
        {
            foreach (nint packet in packets) NdisFreePacket((NDIS_PACKET*)packet);
        });
        Assert.Empty(bench.Ndis.Reports);
    }
}
