namespace Nonpaged.Verify;

/// <summary>
/// Every length both ways, chains of up to 64 buffers, what is too short and too long, frames with a VLAN's tag, and what is for
/// others.
/// </summary>
internal sealed class FrameExercise : Exercise
{
    private const int HeaderSize = 14;

    private static readonly byte[] s_everybody = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
    private static readonly byte[] s_other = [0x02, 0x00, 0x00, 0x00, 0x00, 0x77];

    public override bool Run(VerifyBench bench) => WithStation(bench, (adapter, station) =>
    {
        SetFilter(bench, station);
        bench.Neighbour?.AwaitQuiet();
        var traffic = new Traffic(bench, adapter, station);
        List<(string Name, Action Do)> parts =
        [
            ("every length out", () => traffic.Send(Enumerable.Range(HeaderSize + 1, Traffic.Longest - HeaderSize), 4)),
            ("chains of buffers", () => traffic.Send(Enumerable.Repeat(Traffic.Longest, 8).Concat([700, 701, 64]), 64)),
            ("short after long", () => traffic.Send(
                [.. Enumerable.Repeat(Traffic.Longest, 8), .. Enumerable.Range(HeaderSize + 1, 16)], 1)),
            ("every length in", () => traffic.Receive(Enumerable.Range(Traffic.Shortest,
                Traffic.Longest - Traffic.Shortest + 1))),
            ("broadcast", () => traffic.Receive([60, 1514], s_everybody)),
            ("multicast", () => traffic.Receive([60, 1514], Multicast)),
            ("many multicast addresses", () => ReceiveMulticast(bench, adapter, station, traffic)),
            ("promiscuous", () => ReceiveAll(station, traffic)),
            ("too long out", () => SendWrong(bench, station)),
            ("too short and too long in", () => ReceiveWrong(bench, adapter, station, traffic)),
            ("flood", () => Flood(bench, adapter, station, traffic)),
        ];
        foreach ((string name, Action part) in parts)
        {
            bench.Step(name);
            part();
        }
    });

    /// <summary>As many addresses as the card takes: its hash, where it has one, has a bit for each.</summary>
    private static void ReceiveMulticast(VerifyBench bench, Adapter adapter, Station station, Traffic traffic)
    {
        if (Question.Query(adapter, NdisLibrary.OID_802_3_MAXIMUM_LIST_SIZE, sizeof(uint)) is not
            { Status: NDIS_STATUS_SUCCESS } answer) return;
        int count = (int)Math.Min(BitConverter.ToUInt32(answer.Buffer), 32);
        byte[][] addresses = [.. Enumerable.Range(0, count).Select(_ =>
        {
            byte[] address = new byte[6];
            bench.Random.NextBytes(address);
            address[0] |= 1;
            return address;
        })];
        if (station.Set(NdisLibrary.OID_802_3_MULTICAST_LIST, [.. addresses.SelectMany(one =>
            one)]) != NDIS_STATUS_SUCCESS) return;
        foreach (byte[] address in addresses)
        {
            traffic.Receive([60], address);
        }
    }

    private static void ReceiveAll(Station station, Traffic traffic)
    {
        const uint All = NdisLibrary.NDIS_PACKET_TYPE_PROMISCUOUS;
        // Not every card can.
        if (station.Set(NdisLibrary.OID_GEN_CURRENT_PACKET_FILTER, BitConverter.GetBytes(All)) != NDIS_STATUS_SUCCESS) return;
        traffic.Receive([60, 200], s_other);
        traffic.Receive([61], [0x01, 0x00, 0x5e, 0x77, 0x77, 0x77]);
        const uint Usual = NdisLibrary.NDIS_PACKET_TYPE_DIRECTED | NdisLibrary.NDIS_PACKET_TYPE_BROADCAST;
        station.Set(NdisLibrary.OID_GEN_CURRENT_PACKET_FILTER, BitConverter.GetBytes(Usual));
    }

    /// <summary>What no protocol may send is refused or sent, and harms nothing.</summary>
    private static void SendWrong(VerifyBench bench, Station station)
    {
        byte[] frame = new byte[2000];
        (frame[0], frame[12], frame[13]) = (2, 0x88, 0xb5);
        foreach (int length in (int[])[1515, 1518, 1600, 2000])
        {
            station.Send(frame[..length], Traffic.Chain(bench.Random, length, 3));
            if (station.AwaitSends(TimeSpan.FromSeconds(4))) continue;
            bench.Break(BehaviourRule.SendNotCompleted, $"A packet of {length} bytes, which is too long, is not completed.");
            return;
        }

        while (bench.Wire?.Receive(TimeSpan.FromMilliseconds(50)) is not null)
        {
            // A card may send what is longer than Ethernet allows.
        }
    }

    /// <summary>Runts, giants and what is for others come, and frames after them are indicated as they came.</summary>
    private static void ReceiveWrong(VerifyBench bench, Adapter adapter, Station station, Traffic traffic)
    {
        if (bench.Wire is not { } wire || adapter.MacAddress is not { } own) return;
        byte[] frame = new byte[3000];
        bench.Random.NextBytes(frame);
        (frame[12], frame[13]) = (0x88, 0xb5);
        foreach (int length in (int[])[1, 13, 14, 15, 40, 59, 1515, 1518, 1522, 1600, 2000, 3000])
        {
            own.ToArray().CopyTo(frame, 0);
            Traffic.MarkOld(frame);
            wire.Send(frame.AsSpan(0, length));
            // One by one: a driver may reset its card for what it cannot make sense of.
            Thread.Sleep(20);
        }

        // With a VLAN's tag a frame is four bytes longer (IEEE 802.1Q).
        (frame[12], frame[13], frame[14], frame[15]) = (0x81, 0x00, 0x00, 0x05);
        wire.Send(frame.AsSpan(0, 64));
        s_other.CopyTo(frame, 0);
        wire.Send(frame.AsSpan(0, 200));
        Thread.Sleep(100);
        traffic.Receive([60, 61, 1000, 1514]);
    }

    /// <summary>More frames than a ring has: some are lost, and those after them are not.</summary>
    private static void Flood(VerifyBench bench, Adapter adapter, Station station, Traffic traffic)
    {
        if (bench.Wire is not { } wire || adapter.MacAddress is not { } own) return;
        byte[] frame = Traffic.MakeOld(own);
        for (int number = 0; number < 600; number++)
            wire.Send(frame.AsSpan(0, bench.Random.Next(Traffic.Shortest, Traffic.Longest + 1)));
        Thread.Sleep(300);
        while (station.Take(TimeSpan.FromMilliseconds(100)) is not null)
        {
            // Those that were not lost.
        }

        traffic.Receive([60, 700, 1514, 61]);
    }
}
