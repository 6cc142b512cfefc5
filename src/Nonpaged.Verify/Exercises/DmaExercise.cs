using static Nonpaged.Ndis.NdisLibrary;

namespace Nonpaged.Verify;

/// <summary>
/// A life as most adapters have it, with more frames than a ring has, and frames still coming when it is halted.
/// </summary>
internal sealed class DmaExercise : Exercise
{
    private const int Frames = 64;

    private readonly StandardExercise _standard = new(20);

    public override bool Run(VerifyBench bench) => _standard.Run(bench) && WithStation(bench, (adapter, station) =>
    {
        SetFilter(bench, station);
        bench.Step("more than a ring has");
        Feed(bench, adapter, Frames);
        bench.Step("halt amid frames");
        station.Dispose();
        // The card still takes what comes: MiniportHalt is what stops it.
        if (adapter.Origin.Layer is null)
            Question.Set(adapter, OID_GEN_CURRENT_PACKET_FILTER,
                BitConverter.GetBytes(NDIS_PACKET_TYPE_DIRECTED | NDIS_PACKET_TYPE_BROADCAST));
        bench.End(adapter);
    }, endsByItself: true);

    private static void Feed(VerifyBench bench, Adapter adapter, int frames)
    {
        if (bench.Wire is not { } wire || adapter.MacAddress is not { } own) return;
        byte[] frame = Traffic.MakeOld(own);
        for (int one = 0; one < frames; one++)
        {
            if (!wire.Send(frame.AsSpan(0, bench.Random.Next(Traffic.Shortest, Traffic.Longest + 1)),
                TimeSpan.FromMilliseconds(200)))
                return;
            Thread.Sleep(2);
        }
    }
}
