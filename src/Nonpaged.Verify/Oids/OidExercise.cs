using static Nonpaged.Ndis.NdisLibrary;

namespace Nonpaged.Verify;

/// <summary>
/// Each object of the driver's list, and each other of the documents: asked for with the right length, one byte less, none, and
/// more; set with right and wrong lengths; the values, and statistics against what went over the wire.
/// </summary>
internal sealed class OidExercise : Exercise
{
    private const uint Room = 1024;
    private const uint Unknown = 0xff7e_5a01;

    public override bool Run(VerifyBench bench) => WithStation(bench, (adapter, station) =>
    {
        bench.Step("addresses");
        CheckAddresses(bench, adapter);
        bench.Step("statistics");
        Count(bench, adapter, station);
        bench.Step("queries");
        Query(bench, adapter);
        bench.Step("sets");
        Set(bench, adapter);
    });

    private static void Query(VerifyBench bench, Adapter adapter)
    {
        Dictionary<uint, byte[]> values = [];
        foreach (OidRule rule in OidRules.All) AskWell(bench, adapter, rule, values);
        byte major = adapter.Origin.Characteristics.MajorNdisVersion, minor = adapter.Origin.Characteristics.MinorNdisVersion;
        var facts = new OidFacts(
            (uint)((major << 8) | minor),
            values.Where(one => one.Value.Length == sizeof(uint))
                .ToDictionary(one => one.Key, one => BitConverter.ToUInt32(one.Value)));
        foreach (OidRule rule in OidRules.All)
        {
            if (!values.TryGetValue(rule.Oid, out byte[]? value)) continue;
            // An intermediate driver may answer by what the driver below says.
            if (rule.Oid == OID_GEN_DRIVER_VERSION && adapter.Origin.Layer is not null) continue;
            if (rule.Check?.Invoke(value, facts) is { } wrong) bench.Break(BehaviourRule.Query(rule.Name),
                $"{rule.Name} {wrong}.");
            AskBadly(bench, adapter, rule.Oid, rule.Name, (uint)value.Length);
        }

        AskListed(bench, adapter, values);
        if (Question.Query(adapter, Unknown, Room) is { Status: NDIS_STATUS_SUCCESS })
            bench.Break(BehaviourRule.Query("unknown"),
                $"OID 0x{Unknown:x8}, which there is not, is answered with success; expected NDIS_STATUS_NOT_SUPPORTED.");
    }

    private static void AskWell(VerifyBench bench, Adapter adapter, OidRule rule, Dictionary<uint, byte[]> values)
    {
        var answer = Question.Query(adapter, rule.Oid, rule.Length == 0 ? Room : (uint)rule.Length);
        if (answer is null)
        {
            bench.Break(BehaviourRule.NoAnswer, $"{rule.Name} was asked for, and there is no answer after 5 s.");
            return;
        }

        if (answer.Status != NDIS_STATUS_SUCCESS)
        {
            if (rule.Mandatory)
                bench.Break(BehaviourRule.Query(rule.Name),
                    $"{rule.Name}, which is mandatory, is answered by {answer.Status.Describe()}.");
            return;
        }

        if (rule.Length > 0 && answer.Used != rule.Length)
        {
            bench.Break(BehaviourRule.Query(rule.Name),
                $"{rule.Name}: BytesWritten is {answer.Used}; expected {rule.Length}.");
            return;
        }

        values[rule.Oid] = answer.Buffer[..(int)Math.Min(answer.Used, (uint)answer.Buffer.Length)];
    }

    /// <summary>A card of QEMU's has the address that it was given, or QEMU's own.</summary>
    private static void CheckAddresses(VerifyBench bench, Adapter adapter)
    {
        if (bench.CardAddress is not { } expected || adapter.Origin.Layer is not null) return;
        foreach ((uint oid, string name) in (ReadOnlySpan<(uint, string)>)[
            (OID_802_3_PERMANENT_ADDRESS, nameof(OID_802_3_PERMANENT_ADDRESS)),
            (OID_802_3_CURRENT_ADDRESS, nameof(OID_802_3_CURRENT_ADDRESS))])
        {
            if (Question.Query(adapter, oid, 6) is not { Status: NDIS_STATUS_SUCCESS } answer) continue;
            var address = new MacAddress(answer.Buffer);
            if (address != expected)
                bench.Break(BehaviourRule.Query(name), $"{name} is {address}; the card's is {expected}.");
        }
    }

    /// <summary>With a buffer that is too short nothing is written, and the answer says how much is needed.</summary>
    private static void AskBadly(VerifyBench bench, Adapter adapter, uint oid, string name, uint length)
    {
        if (length == 0) return;
        foreach (uint given in (uint[])[length - 1, length / 2, 0])
        {
            if (Question.Query(adapter, oid, given) is not { } answer) continue;
            if (answer.Status == NDIS_STATUS_SUCCESS)
            {
                bench.Break(BehaviourRule.Query(name),
                    $"{name} has {length} bytes, and a buffer of {given} is answered with success; expected "
                        + "NDIS_STATUS_BUFFER_TOO_SHORT or NDIS_STATUS_INVALID_LENGTH.");
                return;
            }

            // In all (NDIS 5.1), or beside what was given (Windows CE 5.0, NDIS 4): the documents of MiniportQueryInformation
            // differ.
            bool isNeeded = answer.Needed == length || answer.Needed == length - given
                || (Is64Bits(oid) && answer.Needed == 8);
            if (!isNeeded && answer.Status is NDIS_STATUS_BUFFER_TOO_SHORT or NDIS_STATUS_INVALID_LENGTH)
            {
                bench.Break(BehaviourRule.Query(name),
                    $"{name} has {length} bytes, and a buffer of {given} is answered with BytesNeeded {answer.Needed}.");
                return;
            }

            if (answer.Buffer.AsSpan().IndexOfAnyExcept(Question.Fill) >= 0)
            {
                bench.Break(BehaviourRule.Query(name), $"{name}: a buffer of {given} bytes, which is too short, was written to.");
                return;
            }
        }

        if (Question.Query(adapter, oid, length + 13) is not { } more) return;
        if (more.Status == NDIS_STATUS_SUCCESS && more.Used == 8 && Is64Bits(oid)) return;
        if (more.Status != NDIS_STATUS_SUCCESS || more.Used != length)
        {
            bench.Break(BehaviourRule.Query(name),
                $"{name} has {length} bytes, and a buffer of {length + 13} is answered by {more.Status.Describe()} with "
                    + $"BytesWritten {more.Used}.");
        }
        else if (more.Buffer.AsSpan((int)length).IndexOfAnyExcept(Question.Fill) >= 0)
        {
            bench.Break(BehaviourRule.Query(name),
                $"{name}: BytesWritten is {length}, and a byte behind them was written to.");
        }
    }

    /// <summary>
    /// A counter, which has 64 bits where there is room for them (NDIS 5.1, "Querying 64-Bit Statistics OIDs").
    /// </summary>
    private static bool Is64Bits(uint oid) => oid >> 8 is 0x000201 or 0x000202;

    /// <summary>What a driver lists it answers.</summary>
    private static void AskListed(VerifyBench bench, Adapter adapter, Dictionary<uint, byte[]> values)
    {
        if (!values.TryGetValue(OID_GEN_SUPPORTED_LIST, out byte[]? list)) return;
        foreach (byte[] one in list.Chunk(sizeof(uint)).Where(one => one.Length == sizeof(uint)))
        {
            uint oid = BitConverter.ToUInt32(one);
            // Some can be set alone.
            if (OidRules.All.Any(rule => rule.Oid == oid) || oid >> 24 == 0xfd) continue;
            if (Question.Query(adapter, oid, Room) is { Status: NDIS_STATUS_NOT_SUPPORTED or NDIS_STATUS_INVALID_OID }
                && Question.Set(adapter, oid, new byte[4]) is
                { Status: NDIS_STATUS_NOT_SUPPORTED or NDIS_STATUS_INVALID_OID } answer)
            {
                bench.Break(BehaviourRule.Query(nameof(OID_GEN_SUPPORTED_LIST)),
                    $"OID 0x{oid:x8} is listed, and answered by {answer.Status.Describe()}.");
            }
        }
    }

    private static void Set(VerifyBench bench, Adapter adapter)
    {
        uint lookahead = Math.Min(256, Number(adapter, OID_GEN_MAXIMUM_LOOKAHEAD) ?? 256);
        foreach ((uint oid, string name, byte[] value, byte[][] wrong) in (ReadOnlySpan<(uint, string, byte[], byte[][])>)[
            (OID_GEN_CURRENT_PACKET_FILTER, nameof(OID_GEN_CURRENT_PACKET_FILTER), [5, 0, 0, 0], [[], [5], [5, 0, 0]]),
            (OID_GEN_CURRENT_LOOKAHEAD, nameof(OID_GEN_CURRENT_LOOKAHEAD), BitConverter.GetBytes(lookahead), [[], [0], [0, 1,
                0]]),
            (OID_802_3_MULTICAST_LIST, nameof(OID_802_3_MULTICAST_LIST), Multicast, [[1], [1, 0, 0x5e, 0, 1]]),
        ])
        {
            if (Question.Set(adapter, oid, value) is { } well && well.Status != NDIS_STATUS_SUCCESS)
                bench.Break(BehaviourRule.Set(name), $"{name} was set, and is answered by {well.Status.Describe()}.");
            else if (Question.Set(adapter, oid, value) is { } read && read.Used != value.Length)
                bench.Break(BehaviourRule.Set(name),
                    $"{name} was set to {value.Length} bytes, and BytesRead is {read.Used}.");
            foreach (byte[] bytes in wrong)
            {
                if (Question.Set(adapter, oid, bytes) is not { Status: NDIS_STATUS_SUCCESS }) continue;
                bench.Break(BehaviourRule.Set(name),
                    $"{name} was set to {bytes.Length} bytes, and is answered with success; expected "
                        + "NDIS_STATUS_INVALID_LENGTH.");
                break;
            }
        }

        CheckMulticast(bench, adapter);
        if (Question.Query(adapter, OID_GEN_CURRENT_LOOKAHEAD, 4) is { Status: NDIS_STATUS_SUCCESS } ahead
            && BitConverter.ToUInt32(ahead.Buffer) < lookahead)
        {
            bench.Break(BehaviourRule.Query(nameof(OID_GEN_CURRENT_LOOKAHEAD)),
                $"OID_GEN_CURRENT_LOOKAHEAD was set to {lookahead}, and is {BitConverter.ToUInt32(ahead.Buffer)}.");
        }

        foreach ((uint oid, string name) in (ReadOnlySpan<(uint, string)>)[
            (OID_GEN_LINK_SPEED, nameof(OID_GEN_LINK_SPEED)), (OID_802_3_PERMANENT_ADDRESS, nameof(OID_802_3_PERMANENT_ADDRESS)),
            (Unknown, "unknown")])
        {
            if (Question.Set(adapter, oid, new byte[8]) is { Status: NDIS_STATUS_SUCCESS })
                bench.Break(BehaviourRule.Set(name), $"OID 0x{oid:x8} was set, which cannot be, and is answered with success.");
        }
    }

    private static void CheckMulticast(VerifyBench bench, Adapter adapter)
    {
        if (Question.Query(adapter, OID_802_3_MAXIMUM_LIST_SIZE, 4) is not { Status: NDIS_STATUS_SUCCESS } answer) return;
        uint most = BitConverter.ToUInt32(answer.Buffer);
        if (most is 0 or > 4096) return;
        byte[] list = [.. Enumerable.Range(0, (int)most + 1).SelectMany(one => (byte[])[1, 0, 0x5e, 0, (byte)(one >> 8),
            (byte)one])];
        const string Name = nameof(OID_802_3_MULTICAST_LIST);
        if (Question.Set(adapter, OID_802_3_MULTICAST_LIST, list[..(int)(most * 6)]) is { } full
            && full.Status != NDIS_STATUS_SUCCESS)
            bench.Break(BehaviourRule.Set(Name), $"{Name} was set to {most} addresses, as many as "
                + $"OID_802_3_MAXIMUM_LIST_SIZE says, and is answered by {full.Status.Describe()}.");
        if (Question.Set(adapter, OID_802_3_MULTICAST_LIST, list) is { Status: NDIS_STATUS_SUCCESS })
            bench.Break(BehaviourRule.Set(Name), $"{Name} was set to {most + 1} addresses, one more than "
                + "OID_802_3_MAXIMUM_LIST_SIZE says, and is answered with success; expected NDIS_STATUS_MULTICAST_FULL.");
    }

    /// <summary>What a miniport counts is what went over the wire.</summary>
    private static void Count(VerifyBench bench, Adapter adapter, Station station)
    {
        if (bench.Wire is null) return;
        SetFilter(bench, station);
        uint? sentBefore = Number(adapter, OID_GEN_XMIT_OK), receivedBefore = Number(adapter, OID_GEN_RCV_OK);
        var traffic = new Traffic(bench, adapter, station);
        int[] sent = [.. Traffic.SomeLengths(bench.Random, 8)], received = [.. Traffic.SomeLengths(bench.Random, 8)];
        traffic.Send(sent, 3);
        traffic.Receive(received);
        // Where a frame was wrong, those behind it were not looked at.
        if (traffic.Sent != sent.Length || traffic.Received != received.Length) return;
        traffic.TakeFromWire(TimeSpan.FromMilliseconds(50));
        // A driver above that sends of its own accord makes the number another.
        if (traffic.Others == 0)
            Compare(nameof(OID_GEN_XMIT_OK), sentBefore, Number(adapter, OID_GEN_XMIT_OK), traffic.Sent, "sent");
        Compare(nameof(OID_GEN_RCV_OK), receivedBefore, Number(adapter, OID_GEN_RCV_OK), traffic.Received, "received");

        void Compare(string name, uint? before, uint? after, int frames, string what)
        {
            if (before is null || after is null || after - before == frames) return;
            bench.Break(BehaviourRule.Query(name), $"{name} went from {before} to {after} while {frames} frames were {what}.");
        }
    }

    private static uint? Number(Adapter adapter, uint oid) =>
        Question.Query(adapter, oid, sizeof(uint)) is { Status: NDIS_STATUS_SUCCESS } answer
            ? BitConverter.ToUInt32(answer.Buffer) : null;
}
