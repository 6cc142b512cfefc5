namespace Nonpaged.Ndis.Tests.Miniports;

/// <summary>Packets on their way down, and frames on their way up.</summary>
public sealed unsafe class SendAndReceiveTests
{
    [Fact]
    public void Sends_from_many_threads_never_overlap_in_the_miniport_and_keep_each_threads_order()
    {
        using var bench = new MiniportBench();
        var given = new List<nint>();
        bench.Miniport.Send = packet =>
        {
            given.Add(packet);
            Thread.SpinWait(100);
            return NDIS_STATUS_SUCCESS;
        };
        using Adapter adapter = bench.Start();
        using var protocol = new TinyProtocol(bench.Ndis, adapter);
        nint[][] packets =
            Enumerable.Range(0, 4).Select(_ => Enumerable.Range(0, 250).Select(_ => protocol.NewPacket()).ToArray()).ToArray();
        Parallel.ForEach(packets, own =>
        {
            foreach (nint packet in own) Assert.Equal(NDIS_STATUS_PENDING, protocol.Send(packet));
        });
        MiniportBench.Eventually(() => protocol.Sent.Count == 1000, () => $"{protocol.Sent.Count} of 1000 were completed");
        Assert.Equal(0, bench.Miniport.Overlaps);
        Assert.Equal(1000, adapter.FramesSent);
        foreach (nint[] own in packets) Assert.Equal(own, given.Where(own.Contains));
        FreeAll(protocol, bench, packets.SelectMany(own => own));
    }

    [Fact]
    public void A_packet_that_the_miniport_has_no_resources_for_is_kept_and_sent_later_in_order()
    {
        using var bench = new MiniportBench();
        var slots = new Queue<nint>();
        var given = new List<nint>();
        bench.Miniport.Send = packet =>
        {
            if (slots.Count == 2) return NDIS_STATUS_RESOURCES;
            slots.Enqueue(packet);
            given.Add(packet);
            return NDIS_STATUS_PENDING;
        };
        bench.Miniport.HandleInterrupt = () =>
        {
            bench.Machine.Line.Lower();
            while (slots.TryDequeue(out nint packet))
                NdisMSendComplete(bench.Miniport.Handle, (NDIS_PACKET*)packet, NDIS_STATUS_SUCCESS);
        };
        using Adapter adapter = bench.Start();
        using var protocol = new TinyProtocol(bench.Ndis, adapter);
        nint[] packets = Enumerable.Range(0, 7).Select(_ => protocol.NewPacket()).ToArray();
        foreach (nint packet in packets) protocol.Send(packet);
        for (int done = 0; done < packets.Length; done = protocol.Sent.Count)
        {
            int before = done;
            MiniportBench.Eventually(() =>
            {
                bench.Machine.Line.Raise();
                return protocol.Sent.Count > before;
            }, $"stuck after {before}");
        }

        Assert.Equal(packets, given);
        Assert.Equal(packets, protocol.Sent.Select(one => one.Packet));
        FreeAll(protocol, bench, packets);
    }

    [Fact]
    public void A_miniport_that_asks_for_several_packets_gets_those_it_refused_again()
    {
        using var bench = new MiniportBench();
        var given = new List<nint>();
        int refused = 0;
        bench.Miniport.Characteristics.SendPacketsHandler = (context, packets, count) =>
        {
            for (int index = 0; index < count; index++)
            {
                bool hasRoom = index < 3;
                if (hasRoom) given.Add((nint)packets[index]);
                else refused++;
                NDIS_SET_PACKET_STATUS(packets[index], hasRoom ? NDIS_STATUS_SUCCESS : NDIS_STATUS_RESOURCES);
            }
        };
        using Adapter adapter = bench.Start();
        using var protocol = new TinyProtocol(bench.Ndis, adapter);
        nint[] packets = Enumerable.Range(0, 20).Select(_ => protocol.NewPacket()).ToArray();
        var entered = new ManualResetEventSlim();
        adapter.Post(() => entered.Wait(TestContext.Current.CancellationToken));
        // While the turn is held up by the line above, the packets gather.
        foreach (nint packet in packets) protocol.Send(packet);
        entered.Set();
        MiniportBench.Eventually(() => protocol.Sent.Count == 20, () => $"{protocol.Sent.Count} of 20");
        Assert.Equal(packets, given);
        FreeAll(protocol, bench, packets);
    }

    [Fact]
    public void A_second_completion_is_reported_and_reaches_no_protocol()
    {
        using var bench = new MiniportBench();
        bench.Miniport.Send = packet =>
        {
            NdisMSendComplete(bench.Miniport.Handle, (NDIS_PACKET*)packet, NDIS_STATUS_SUCCESS);
            NdisMSendComplete(bench.Miniport.Handle, (NDIS_PACKET*)packet, NDIS_STATUS_SUCCESS);
            return NDIS_STATUS_PENDING;
        };
        using Adapter adapter = bench.Start();
        using var protocol = new TinyProtocol(bench.Ndis, adapter);
        nint packet = protocol.NewPacket();
        protocol.Send(packet);
        MiniportBench.Eventually(() => bench.Ndis.Reports.Count > 0, "no report");
        Assert.Equal("NdisMSendComplete", bench.Report(NdisReportKind.BadHandle).Call);
        Assert.Single(protocol.Sent);
        FreeAll(protocol, bench, [packet]);
    }

    [Fact]
    public void A_halt_gives_back_the_packets_that_the_hardware_had_and_unbinds_the_protocol()
    {
        using var bench = new MiniportBench();
        bench.Miniport.Send = _ => NDIS_STATUS_PENDING;
        Adapter adapter = bench.Start();
        using var protocol = new TinyProtocol(bench.Ndis, adapter);
        nint packet = protocol.NewPacket();
        protocol.Send(packet);
        adapter.Halt();
        Assert.Equal((packet, NDIS_STATUS_REQUEST_ABORTED), Assert.Single(protocol.Sent));
        Assert.Equal(NDIS_STATUS_FAILURE, protocol.Send(packet));
        FreeAll(protocol, bench, [packet]);
    }

    [Fact]
    public void A_protocol_that_does_not_unbind_is_reported_and_closed()
    {
        using var bench = new MiniportBench();
        Adapter adapter = bench.Start();
        using var protocol = new TinyProtocol(bench.Ndis, adapter, unbinds: false);
        adapter.Halt();
        Assert.Equal("tinyprotocol", bench.Report(NdisReportKind.BrokenRule).Driver);
    }

    [Theory]
    [InlineData(NDIS_PACKET_TYPE_DIRECTED, "own")]
    [InlineData(NDIS_PACKET_TYPE_BROADCAST, "broadcast")]
    [InlineData(NDIS_PACKET_TYPE_ALL_MULTICAST, "multicast")]
    [InlineData(NDIS_PACKET_TYPE_DIRECTED | NDIS_PACKET_TYPE_BROADCAST, "own broadcast")]
    [InlineData(NDIS_PACKET_TYPE_PROMISCUOUS, "own other broadcast multicast")]
    [InlineData(0u, "")]
    public void The_packet_filter_decides_which_frames_a_protocol_gets(uint filter, string expected)
    {
        var destinations = new Dictionary<string, byte[]>
        {
            ["own"] = TinyMiniport.Address,
            ["other"] = [2, 0, 0, 0, 0, 2],
            ["broadcast"] = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            ["multicast"] = [1, 0, 0x5e, 0, 0, 1],
        };
        using var bench = new MiniportBench();
        using Adapter adapter = bench.Start();
        using var protocol = new TinyProtocol(bench.Ndis, adapter);
        protocol.SetFilter(filter);
        Assert.Equal(filter, bench.Miniport.Filter);
        bench.Miniport.HandleInterrupt = () =>
        {
            bench.Machine.Line.Lower();
            foreach (byte[] destination in destinations.Values)
                Indicate(bench.Miniport.Handle, [.. destination, .. new byte[54]]);
            NdisMEthIndicateReceiveComplete(bench.Miniport.Handle);
        };
        bench.Machine.Line.Raise();
        MiniportBench.Eventually(() => adapter.FramesReceived == 4, "not indicated");
        adapter.Halt();
        IEnumerable<string> got = protocol.Frames.Select(frame =>
            destinations.Single(one => one.Value.AsSpan().SequenceEqual(frame.AsSpan(0, 6))).Key);
        Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(), got.Order());
        Assert.All(protocol.Frames, frame => Assert.Equal(60, frame.Length));
    }

    private static void Indicate(NDIS_HANDLE adapter, byte[] frame)
    {
        fixed (byte* bytes = frame)
        {
            uint payload = (uint)frame.Length - 14;
            NdisMEthIndicateReceive(adapter, new NDIS_HANDLE(1), bytes, 14, bytes + 14, payload, payload);
        }
    }

    private static void FreeAll(TinyProtocol protocol, MiniportBench bench, IEnumerable<nint> packets)
    {
        _ = protocol;
        bench.Ndis.Run(new Driver("tinyprotocol", DriverKind.Protocol), () =>
        {
            foreach (nint packet in packets) NdisFreePacket((NDIS_PACKET*)packet);
        });
    }
}
