namespace Nonpaged.Verify;

/// <summary>A life as most adapters have it, timed; then interrupts where there is nothing to do.</summary>
internal sealed class TimeExercise : Exercise
{
    private const int MostIdle = 20;
    private const int Tries = 5;

    private static readonly TimeSpan s_idle = TimeSpan.FromMilliseconds(200);

    private readonly StandardExercise _standard = new(20);

    public override bool Run(VerifyBench bench) => _standard.Run(bench) && WithStation(bench, (adapter, station) =>
    {
        SetFilter(bench, station);
        var traffic = new Traffic(bench, adapter, station);
        traffic.Send([60, 1514], 1);
        traffic.Receive([60, 1514]);
        bench.Step("idle");
        Thread.Sleep(s_idle);
        long served = adapter.Interrupts.Served;
        Thread.Sleep(s_idle);
        long idle = adapter.Interrupts.Served - served;
        if (idle > MostIdle)
        {
            bench.Break(BehaviourRule.Storm,
                $"{idle} interrupts were served within {s_idle.TotalMilliseconds:0} ms in which no frame came or went.");
            return;
        }

        // Its own may come at the same moment, but not each time.
        if (Enumerable.Range(0, Tries).All(_ => TakesForeign(adapter)))
            bench.Break(BehaviourRule.Foreign,
                "Another device raised the line that the card shares, and MiniportISR took that for its own interrupt.");
    });

    private static bool TakesForeign(Adapter adapter)
    {
        bool? takes = null;
        adapter.Turn.Run(() => takes = adapter.Interrupts.TakesForeign());
        return takes == true;
    }
}
