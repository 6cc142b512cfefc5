using static Nonpaged.Ndis.NdisLibrary;

namespace Nonpaged.Verify;

/// <summary>A life as most adapters have it: frames both ways, requests, a reset, frames again, and the halt.</summary>
internal sealed class StandardExercise(int frames, bool usesDevices = false) : Exercise
{
    private static readonly byte[] s_everybody = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff];

    public override bool Run(VerifyBench bench) => WithStation(bench, (adapter, station) =>
    {
        SetFilter(bench, station);
        Ask(bench, adapter);
        var traffic = new Traffic(bench, adapter, station);
        bench.Step("send");
        traffic.Send(Traffic.SomeLengths(bench.Random, frames), 6);
        bench.Step("receive");
        traffic.Receive(Traffic.SomeLengths(bench.Random, frames));
        traffic.Receive([100], s_everybody);
        traffic.Receive([100], Multicast);
        if (!bench.IsShort) bench.Neighbour?.AwaitQuiet();
        if (adapter.Origin.Layer is not null) return;
        bench.Step("reset");
        if (station.Reset(adapter) is var status && status != NDIS_STATUS_SUCCESS && !bench.IsShort)
        {
            bench.Break(BehaviourRule.NoReset,
                status is null ? "A reset is not complete after 5 s." : $"A reset failed: {status.Value.Describe()}.");
            return;
        }

        traffic.Send(Traffic.SomeLengths(bench.Random, 2), 3);
        traffic.Receive(Traffic.SomeLengths(bench.Random, 2));
        if (usesDevices && bench.Devices.All.Count > 0) new DeviceExercise(bench, adapter, station).Run();
    });

    private static void Ask(VerifyBench bench, Adapter adapter)
    {
        bench.Step("requests");
        foreach (uint oid in (uint[])[
            OID_GEN_SUPPORTED_LIST, OID_GEN_VENDOR_DESCRIPTION, OID_GEN_LINK_SPEED, OID_GEN_XMIT_OK, OID_GEN_RCV_NO_BUFFER,
            OID_802_3_PERMANENT_ADDRESS, OID_802_3_MULTICAST_LIST])
        {
            if (Question.Query(adapter, oid, 512) is not { } answer)
            {
                if (!bench.IsShort)
                    bench.Break(BehaviourRule.NoAnswer, $"OID 0x{oid:x8} was asked for, and there is no answer after 5 s.");
                return;
            }

            // With just the room that it needs, and with less.
            if (answer.Used is > 0 and < 512)
            {
                Question.Query(adapter, oid, answer.Used);
                Question.Query(adapter, oid, answer.Used - 1);
            }
        }
    }
}
