using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Nonpaged.Ndis.Tests.Miniports;

/// <summary>What a miniport answers later, refuses, or leaves to its unload function.</summary>
public sealed unsafe class PendingTests
{
    [Fact]
    public void A_miniport_that_answers_its_queries_later_has_an_address()
    {
        using var bench = new MiniportBench();
        nint information = 0, count = 0;
        int pended = 0;
        bench.Miniport.Characteristics.QueryInformationHandler =
            (void* context, uint oid, void* buffer, uint length, out uint written, out uint needed) =>
            {
                written = needed = 0;
                if (oid != OID_802_3_CURRENT_ADDRESS) return NDIS_STATUS_NOT_SUPPORTED;
                pended++;
                (information, count) = ((nint)buffer, (nint)Unsafe.AsPointer(ref written));
                bench.Machine.Line.Raise();
                return NDIS_STATUS_PENDING;
            };
        bench.Miniport.HandleInterrupt = () =>
        {
            bench.Machine.Line.Lower();
            TinyMiniport.Address.CopyTo(new Span<byte>((void*)information, 6));
            *(uint*)count = 6;
            NdisMQueryInformationComplete(bench.Miniport.Handle, NDIS_STATUS_SUCCESS);
        };
        using Adapter adapter = bench.Start();
        Assert.Equal("02:00:00:00:00:01", adapter.MacAddress.ToString());
        Assert.Equal(1, pended);
        Assert.Empty(bench.Ndis.Reports);
    }

    [Fact]
    public void A_query_that_is_completed_twice_is_told_and_its_buffer_is_nobody_elses_before_the_function_returns()
    {
        using var bench = new MiniportBench();
        bool isOthers = false;
        bench.Miniport.Characteristics.QueryInformationHandler =
            (void* context, uint oid, void* buffer, uint length, out uint written, out uint needed) =>
            {
                written = needed = 0;
                if (oid != OID_802_3_CURRENT_ADDRESS) return NDIS_STATUS_NOT_SUPPORTED;
                NdisMQueryInformationComplete(bench.Miniport.Handle, NDIS_STATUS_FAILURE);
                nint[] others = [.. Enumerable.Range(0, 100).Select(_ => (nint)NativeMemory.Alloc(length))];
                isOthers = others.Contains((nint)buffer);
                TinyMiniport.Address.CopyTo(new Span<byte>(buffer, 6));
                foreach (nint other in others) NativeMemory.Free((void*)other);
                return NDIS_STATUS_SUCCESS;
            };
        using Adapter adapter = bench.Start();
        Assert.False(isOthers);
        Assert.Contains(
            "NdisMQueryInformationComplete, and by the status", bench.Report(NdisReportKind.BrokenRule).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_packet_that_a_deserialized_miniport_refuses_has_failed_and_is_not_tried_again()
    {
        using var bench = new MiniportBench();
        bench.Miniport.InInitialize = (adapter, _) =>
        {
            NDIS_STATUS status = bench.Miniport.Claim(adapter);
            const uint Flags = NDIS_ATTRIBUTE_BUS_MASTER | NDIS_ATTRIBUTE_DESERIALIZE;
            NdisMSetAttributesEx(adapter, bench.Miniport.Context, 1, Flags, NDIS_INTERFACE_TYPE.NdisInterfacePci);
            return status;
        };
        int calls = 0;
        bench.Miniport.Send = _ =>
        {
            calls++;
            return NDIS_STATUS_RESOURCES;
        };
        using Adapter adapter = bench.Start();
        using var protocol = new TinyProtocol(bench.Ndis, adapter);
        nint[] packets = [protocol.NewPacket(), protocol.NewPacket()];
        foreach (nint packet in packets) protocol.Send(packet);
        MiniportBench.Eventually(() => protocol.Sent.Count == 2, () => $"{protocol.Sent.Count} of 2 came back");
        Assert.Equal(packets.Select(packet => (packet, NDIS_STATUS_FAILURE)), protocol.Sent);
        Assert.Equal(2, calls);
        Assert.Contains("must queue the packet", bench.Report(NdisReportKind.BrokenRule).Message, StringComparison.Ordinal);
        protocol.Run(() =>
        {
            foreach (nint packet in packets) NdisFreePacket((NDIS_PACKET*)packet);
        });
    }

    [Fact]
    public void The_unload_function_of_a_driver_whose_entry_fails_does_not_run_and_what_it_left_is_taken_back()
    {
        using var bench = new MiniportBench();
        bool unloaded = false;
        var driver = new MiniportDriver(
            "failing",
            (driverObject, path) =>
            {
                NdisMInitializeWrapper(out NDIS_HANDLE wrapper, driverObject, path, null);
                NdisMRegisterUnloadHandler(wrapper, _ => unloaded = true);
                NdisAllocateMemory(out _, 4711, 0, NDIS_PHYSICAL_ADDRESS.None);
                return NDIS_STATUS_FAILURE;
            },
            [new PciId(0x1234, 0x5678)]);
        Assert.Throws<AdapterException>(() => bench.Ndis.StartAdapter(driver));
        Assert.False(unloaded);
        Assert.Contains("4711 bytes", bench.Report(NdisReportKind.Leak).Message, StringComparison.Ordinal);
        Assert.Empty(bench.Ndis.Outstanding);
    }

    [Fact]
    public void A_driver_object_that_is_not_the_driver_s_gives_no_wrapper()
    {
        using var bench = new MiniportBench();
        var driver = new MiniportDriver(
            "lost",
            (driverObject, path) =>
            {
                NdisMInitializeWrapper(out NDIS_HANDLE wrapper, (byte*)driverObject + 8, path, null);
                Assert.True(wrapper.IsNull);
                return NDIS_STATUS_FAILURE;
            },
            [new PciId(0x1234, 0x5678)]);
        Assert.Throws<AdapterException>(() => bench.Ndis.StartAdapter(driver));
        Assert.Equal("NdisMInitializeWrapper", bench.Report(NdisReportKind.BadHandle).Call);
    }
}
