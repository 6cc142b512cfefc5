using System.Collections.Concurrent;

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
        protocol.Reopen($@"\DEVICE\{adapter.Name}");
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
        var closed = new ManualResetEventSlim();
        nint done = (nint)System.Runtime.InteropServices.NativeMemory.AllocZeroed(1, (nuint)sizeof(NDIS_EVENT));
        TinyProtocol? protocol = null;
        protocol = new TinyProtocol(bench.Ndis, adapter, change: one =>
        {
            one.CloseAdapterCompleteHandler = (_, _) => NdisSetEvent((NDIS_EVENT*)done);
            one.UnbindAdapterHandler = (out NDIS_STATUS status, NDIS_HANDLE _, NDIS_HANDLE _) =>
            {
                // A request, and a close that waits for a send: both need the adapter's turn.
                protocol!.SetFilter(0);
                isSlow = false;
                NdisCloseAdapter(out status, protocol.Binding);
                bench.Machine.Line.Raise();
                if (status == NDIS_STATUS_PENDING) Assert.True(NdisWaitEvent((NDIS_EVENT*)done, 60_000));
                closed.Set();
                status = NDIS_STATUS_SUCCESS;
            };
        });
        nint packet = protocol.NewPacket();
        protocol.Send(packet);
        MiniportBench.Eventually(() => !pending.IsEmpty, "the packet is not sent");
        if (isHalted) adapter.Halt();
        else protocol.Deregister();
        Assert.True(closed.IsSet);
        Assert.Equal((packet, NDIS_STATUS_SUCCESS), Assert.Single(protocol.Sent));
        protocol.Run(() => NdisFreePacket((NDIS_PACKET*)packet));
        protocol.Dispose();
        adapter.Halt();
        System.Runtime.InteropServices.NativeMemory.Free((void*)done);
        Assert.DoesNotContain(
            bench.Ndis.Reports, report => report.Call is not ("NdisCloseAdapter" or "NdisDeregisterProtocol"));
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
        MiniportBench.Eventually(() => protocol.Sent.Count == packets.Length, $"{protocol.Sent.Count} of {packets.Length}");
        Assert.Equal(packets.Order(), protocol.Sent.Select(one => one.Packet).Order());
        Assert.Equal(0, bench.Miniport.Overlaps);
        protocol.Run(() =>
        {
            foreach (nint packet in packets) NdisFreePacket((NDIS_PACKET*)packet);
        });
        Assert.Empty(bench.Ndis.Reports);
    }
}
