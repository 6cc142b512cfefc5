using static Nonpaged.Ndis.NdisLibrary;

namespace Nonpaged.Verify;

/// <summary>What a run does with a driver, on a bench of its own.</summary>
internal abstract class Exercise
{
    private const uint Filter = NDIS_PACKET_TYPE_DIRECTED | NDIS_PACKET_TYPE_BROADCAST | NDIS_PACKET_TYPE_MULTICAST;

    /// <summary>An address that is put on the multicast list.</summary>
    protected static byte[] Multicast { get; } = [0x01, 0x00, 0x5e, 0x12, 0x34, 0x56];

    /// <summary>Does it. False where the driver did not come up.</summary>
    public abstract bool Run(VerifyBench bench);

    /// <summary>
    /// Starts the driver with a station over it, does something, and ends both. False where the driver did not come up, which is
    /// a fault of it unless calls of it were made to fail.
    /// </summary>
    protected static bool WithStation(VerifyBench bench, Action<Adapter, Station> use, bool endsByItself = false)
    {
        bench.Step("initialize");
        bool keeps = bench.Random.Next(2) == 0;
        using var station = Station.Register(bench.Instance, keeps);
        Adapter? adapter = bench.Start(out string? why);
        if (adapter is null)
        {
            if (!bench.IsShort) bench.Break(BehaviourRule.Initialize, $"The driver did not come up: {why}");
            return false;
        }

        try
        {
            if (!station.Open(adapter)) return true;
            bench.Devices.FindCable(adapter, station);
            use(adapter, station);
        }
        finally
        {
            bench.Step("halt");
            if (!endsByItself) station.Dispose();
            bench.End(adapter);
        }

        return true;
    }

    /// <summary>Asks for frames to the adapter's address, to a multicast address and to all.</summary>
    protected static void SetFilter(VerifyBench bench, Station station)
    {
        NDIS_STATUS? status = station.Set(OID_GEN_CURRENT_PACKET_FILTER, BitConverter.GetBytes(Filter));
        if (status is null)
            bench.Break(BehaviourRule.NoAnswer, "OID_GEN_CURRENT_PACKET_FILTER was set, and there is no answer after 5 s.");
        else if (status != NDIS_STATUS_SUCCESS && !bench.IsShort)
            bench.Break(BehaviourRule.Set(nameof(OID_GEN_CURRENT_PACKET_FILTER)),
                $"The packet filter 0x{Filter:x} was answered by {status.Value.Describe()}; expected NDIS_STATUS_SUCCESS.");
        station.Set(OID_802_3_MULTICAST_LIST, Multicast);
        uint lookahead = bench.Random.Next(2) == 0 ? 1500u : 64u;
        station.Set(OID_GEN_CURRENT_LOOKAHEAD, BitConverter.GetBytes(lookahead));
    }
}
