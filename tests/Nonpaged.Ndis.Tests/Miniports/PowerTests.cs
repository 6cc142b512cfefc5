namespace Nonpaged.Ndis.Tests.Miniports;

/// <summary>Suspend, resume and removal, as protocols and miniports hear of them.</summary>
public sealed unsafe class PowerTests
{
    private static readonly string[] s_whole = ["QueryPower D3", "SetPower D3", "SetPower D0"];

    private readonly List<string> _heard = [];

    [Fact]
    public void A_miniport_that_knows_power_management_sleeps_and_wakes_by_its_oids()
    {
        using var bench = new MiniportBench();
        var oids = new List<(uint Oid, uint State)>();
        ManagePower(bench, (oid, state) =>
        {
            oids.Add((oid, state));
            return NDIS_STATUS_SUCCESS;
        });
        using Adapter adapter = bench.Start();
        using var protocol = new TinyProtocol(bench.Ndis, adapter, change: Listen(NDIS_STATUS_SUCCESS));
        protocol.SetFilter(NDIS_PACKET_TYPE_DIRECTED);
        Assert.Equal(NDIS_STATUS_SUCCESS, adapter.Suspend());
        Assert.Equal(AdapterState.Suspended, adapter.State);
        nint packet = protocol.NewPacket();
        protocol.Send(packet);
        MiniportBench.Eventually(() => !protocol.Sent.IsEmpty, "the send does not end");
        Assert.Equal((packet, NDIS_STATUS_REQUEST_ABORTED), Assert.Single(protocol.Sent));
        Assert.Equal(NDIS_STATUS_SUCCESS, adapter.Resume());
        protocol.Send(packet);
        MiniportBench.Eventually(() => protocol.Sent.Count == 2, "the second send does not end");
        Assert.Equal((packet, NDIS_STATUS_SUCCESS), protocol.Sent.Last());
        Assert.Equal(
            [(OID_PNP_QUERY_POWER, 4u), (OID_PNP_SET_POWER, 4u), (OID_PNP_SET_POWER, 1u)], oids);
        Assert.Equal(s_whole, _heard);
        Assert.DoesNotContain("Halt@PASSIVE_LEVEL", bench.Miniport.Calls);
        Free(protocol, packet);
        Assert.Empty(bench.Ndis.Reports);
    }

    [Fact]
    public void A_miniport_that_does_not_is_halted_and_initialized_again_with_its_filter()
    {
        using var bench = new MiniportBench();
        using Adapter adapter = bench.Start();
        using var protocol = new TinyProtocol(bench.Ndis, adapter, change: Listen(NDIS_STATUS_SUCCESS));
        protocol.SetFilter(NDIS_PACKET_TYPE_DIRECTED);
        Assert.Equal(NDIS_STATUS_SUCCESS, adapter.Suspend());
        Assert.Equal(NDIS_STATUS_ADAPTER_NOT_READY, adapter.Suspend());
        Assert.Contains("Halt@PASSIVE_LEVEL", bench.Miniport.Calls);
        Assert.DoesNotContain(bench.Ndis.Outstanding, one => one.Driver.Name == "tiny");
        Assert.Equal(NDIS_STATUS_SUCCESS, adapter.Resume());
        Assert.Equal(NDIS_STATUS_ADAPTER_NOT_READY, adapter.Resume());
        Assert.Equal(2, bench.Miniport.Calls.Count(one => one == "Initialize@PASSIVE_LEVEL"));
        MiniportBench.Eventually(() => bench.Miniport.Filter == NDIS_PACKET_TYPE_DIRECTED, "the filter is not set again");
        bench.Miniport.HandleInterrupt = () => bench.Machine.Line.Lower();
        bench.Machine.Line.Raise();
        MiniportBench.Eventually(() => !bench.Machine.Line.IsRaised, "the interrupt is not served");
        Assert.Equal(s_whole, _heard);
        Assert.Empty(bench.Ndis.Reports);
    }

    [Fact]
    public void A_miniport_that_was_halted_to_sleep_is_not_halted_again()
    {
        using var bench = new MiniportBench();
        Adapter adapter = bench.Start();
        Assert.Equal(NDIS_STATUS_SUCCESS, adapter.Suspend());
        adapter.Halt();
        Assert.Single(bench.Miniport.Calls, one => one == "Halt@PASSIVE_LEVEL");
        Assert.Empty(bench.Ndis.Reports);
        Assert.Empty(bench.Ndis.Outstanding);
    }

    [Fact]
    public void A_miniport_that_fails_to_wake_is_halted()
    {
        using var bench = new MiniportBench();
        Adapter adapter = bench.Start();
        Assert.Equal(NDIS_STATUS_SUCCESS, adapter.Suspend());
        bench.Miniport.InInitialize = (_, _) => NDIS_STATUS_RESOURCES;
        Assert.Equal(NDIS_STATUS_RESOURCES, adapter.Resume());
        Assert.True(adapter.Halted.Wait(MiniportBench.Patience, TestContext.Current.CancellationToken));
        Assert.Single(bench.Miniport.Calls, one => one == "Halt@PASSIVE_LEVEL");
        Assert.Contains("did not wake", bench.Report(NdisReportKind.BrokenRule).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Whoever_refuses_keeps_the_adapter_awake()
    {
        using var bench = new MiniportBench();
        NDIS_STATUS answer = NDIS_STATUS_FAILURE;
        ManagePower(bench, (_, _) => answer);
        using Adapter adapter = bench.Start();
        using var protocol = new TinyProtocol(bench.Ndis, adapter, change: Listen(NDIS_STATUS_SUCCESS));
        Assert.Equal(NDIS_STATUS_FAILURE, adapter.Suspend());
        Assert.Equal(["QueryPower D3"], _heard);
        answer = NDIS_STATUS_SUCCESS;
        using var another = new TinyProtocol(bench.Ndis, adapter, change: Listen(NDIS_STATUS_RESOURCES));
        Assert.Equal(NDIS_STATUS_RESOURCES, adapter.Suspend());
        Assert.Equal(AdapterState.Running, adapter.State);
        Assert.DoesNotContain("SetPower D3", _heard);
    }

    [Fact]
    public void A_protocol_that_does_not_know_of_power_is_unbound_and_offered_the_adapter_again()
    {
        using var bench = new MiniportBench();
        using Adapter adapter = bench.Start();
        var offered = new List<string>();
        TinyProtocol? protocol = null;
        using (protocol = new TinyProtocol(bench.Ndis, adapter, change: one =>
            one.BindAdapterHandler = (out NDIS_STATUS status, NDIS_HANDLE _, NDIS_STRING* name, void* _, void* _) =>
            {
                offered.Add(name->ToString());
                protocol?.Reopen(adapter);
                status = NDIS_STATUS_SUCCESS;
            }))
        {
            string name = $@"\Device\{adapter.Name}";
            Assert.Equal([name], offered);
            Assert.Equal(NDIS_STATUS_SUCCESS, adapter.Suspend());
            Assert.Empty(adapter.Bindings.All);
            Assert.Equal(NDIS_STATUS_SUCCESS, adapter.Resume());
            Assert.Equal([name, name], offered);
            Assert.Single(adapter.Bindings.All);
        }

        Assert.Empty(bench.Ndis.Reports);
    }

    [Fact]
    public void An_event_may_be_answered_later_from_any_thread()
    {
        using var bench = new MiniportBench();
        using Adapter adapter = bench.Start();
        TinyProtocol? protocol = null;
        using (protocol = new TinyProtocol(bench.Ndis, adapter, change: one => one.PnPEventHandler = (_, told) =>
        {
            if (told->NetEvent == NET_PNP_EVENT_CODE.NetEventBindsComplete) return NDIS_STATUS_SUCCESS;
            nint pending = (nint)told;
            new Thread(() => protocol!.Run(() =>
                NdisCompletePnPEvent(NDIS_STATUS_SUCCESS, protocol.Binding, (NET_PNP_EVENT*)pending))).Start();
            return NDIS_STATUS_PENDING;
        }))
        {
            Assert.Equal(NDIS_STATUS_SUCCESS, adapter.Suspend());
            Assert.Equal(NDIS_STATUS_SUCCESS, adapter.Resume());
            var stale = default(NET_PNP_EVENT);
            nint address = (nint)(&stale);
            protocol.Run(() => NdisCompletePnPEvent(NDIS_STATUS_SUCCESS, protocol.Binding, (NET_PNP_EVENT*)address));
        }

        Assert.Equal("NdisCompletePnPEvent", bench.Report(NdisReportKind.BadHandle).Call);
    }

    [Fact]
    public void A_removal_that_one_refuses_is_called_off_for_all_that_were_asked()
    {
        using var bench = new MiniportBench();
        var events = new List<NDIS_DEVICE_PNP_EVENT>();
        bench.Miniport.Characteristics.PnPEventNotifyHandler = (_, what, _, _) => events.Add(what);
        using Adapter adapter = bench.Start();
        using (var first = new TinyProtocol(bench.Ndis, adapter, change: Listen(NDIS_STATUS_SUCCESS, "first ")))
        using (var second = new TinyProtocol(bench.Ndis, adapter, change: Listen(NDIS_STATUS_FAILURE, "second ")))
        {
            Assert.Equal(NDIS_STATUS_FAILURE, adapter.QueryRemove());
            Assert.Equal(
                ["first QueryRemoveDevice", "second QueryRemoveDevice", "first CancelRemoveDevice", "second CancelRemoveDevice"],
                _heard);
            Assert.Empty(events);
        }

        Assert.Equal(NDIS_STATUS_SUCCESS, adapter.QueryRemove());
        adapter.NotifyPowerProfile(isOnBattery: true);
        Assert.Equal(
            [NDIS_DEVICE_PNP_EVENT.NdisDevicePnPEventQueryRemoved, NDIS_DEVICE_PNP_EVENT.NdisDevicePnPEventPowerProfileChanged],
            events);
    }

    private static void ManagePower(MiniportBench bench, Func<uint, uint, NDIS_STATUS> hear)
    {
        NDIS_MINIPORT_CHARACTERISTICS own = bench.Miniport.Characteristics;
        W_QUERY_INFORMATION_HANDLER query = own.QueryInformationHandler!;
        W_SET_INFORMATION_HANDLER set = own.SetInformationHandler!;
        own.QueryInformationHandler =
            (void* context, uint oid, void* buffer, uint length, out uint written, out uint needed) =>
            {
                written = oid == OID_PNP_CAPABILITIES ? 16u : 0;
                needed = 0;
                if (oid == OID_PNP_CAPABILITIES) return NDIS_STATUS_SUCCESS;
                return oid == OID_PNP_QUERY_POWER ? hear(oid, *(uint*)buffer)
                    : query(context, oid, buffer, length, out written, out needed);
            };
        own.SetInformationHandler =
            (void* context, uint oid, void* buffer, uint length, out uint read, out uint needed) =>
            {
                read = needed = 0;
                return oid == OID_PNP_SET_POWER ? hear(oid, *(uint*)buffer)
                    : set(context, oid, buffer, length, out read, out needed);
            };
    }

    /// <summary>Notes events, and answers questions.</summary>
    private Action<NDIS_PROTOCOL_CHARACTERISTICS> Listen(NDIS_STATUS answer, string who = "") => one =>
        one.PnPEventHandler = (context, told) =>
        {
            string what = told->NetEvent.ToString()["NetEvent".Length..];
            if (told->NetEvent == NET_PNP_EVENT_CODE.NetEventBindsComplete) return NDIS_STATUS_SUCCESS;
            string state = told->BufferLength == 0 ? "" : $" D{*(uint*)told->Buffer - 1}";
            _heard.Add($"{who}{what}{state}");
            return what.StartsWith("Query", StringComparison.Ordinal) ? answer : NDIS_STATUS_SUCCESS;
        };

    private static void Free(TinyProtocol protocol, nint packet) => protocol.Run(() => NdisFreePacket((NDIS_PACKET*)packet));
}
