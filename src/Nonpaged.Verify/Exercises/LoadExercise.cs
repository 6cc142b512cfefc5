namespace Nonpaged.Verify;

/// <summary>Something happens to an adapter while threads send and ask, and frames come.</summary>
internal sealed class LoadExercise(LoadEnd end, int threads) : Exercise
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    public override bool Run(VerifyBench bench) => WithStation(
        bench, (adapter, station) => Load(bench, adapter, station), endsByItself: end is LoadEnd.Halt or LoadEnd.Removal);

    private void Load(VerifyBench bench, Adapter adapter, Station station)
    {
        SetFilter(bench, station);
        bench.Step($"{end.ToString().ToLowerInvariant()} under load");
        using var stop = new CancellationTokenSource();
        Thread[] load =
        [
            .. Enumerable.Range(0, threads).Select(number => new Thread(() => SendAndAsk(adapter, station, number, stop.Token))),
            new Thread(() => Feed(bench, adapter, stop.Token)),
        ];
        foreach (Thread thread in load) thread.Start();
        Thread.Sleep(bench.Random.Next(5, 80));
        Happen(bench, adapter, station);
        stop.Cancel();
        foreach (Thread thread in load) thread.Join();
        if (end is LoadEnd.Halt or LoadEnd.Removal)
        {
            bench.End(adapter);
            station.Dispose();
        }
        else if (!station.AwaitSends(s_patience))
        {
            bench.Break(BehaviourRule.SendNotCompleted, $"{station.Outstanding} packets are not completed after 10 s.");
        }

        if (station.Outstanding > 0 && bench.Found == 0)
            bench.Break(BehaviourRule.SendNotCompleted, $"{station.Outstanding} packets are not completed after the halt.");
        if (end == LoadEnd.Reset && bench.Found == 0) Exchange(bench, adapter, station, BehaviourRule.NoReset);
        if (end == LoadEnd.Sleep && bench.Found == 0) Exchange(bench, adapter, station, BehaviourRule.Power);
    }

    private void Happen(VerifyBench bench, Adapter adapter, Station station)
    {
        switch (end)
        {
            case LoadEnd.Reset:
                for (int time = 0; time < 5 && bench.Found == 0; time++) Reset(bench, adapter, station);
                break;
            case LoadEnd.Removal:
                bench.Machine.Dispose();
                // Plug and play removes what is gone before it unloads a driver.
                SpinWait.SpinUntil(() => bench.Instance.Adapters.Count == 0, s_patience);
                break;
            case LoadEnd.Sleep:
                for (int time = 0; time < 3 && bench.Found == 0; time++) Sleep(bench, adapter);
                break;
        }
    }

    private static void Reset(VerifyBench bench, Adapter adapter, Station station)
    {
        NDIS_STATUS? status = station.Reset(adapter);
        if (status is null) bench.Break(BehaviourRule.NoReset, "A reset under load is not complete after 15 s.");
        else if (status is not
            (NDIS_STATUS_SUCCESS or NDIS_STATUS_RESET_IN_PROGRESS or NDIS_STATUS_NOT_RESETTABLE))
            bench.Break(BehaviourRule.NoReset, $"A reset under load failed: {status.Value.Describe()}.");
        Thread.Sleep(bench.Random.Next(20));
    }

    private static void Sleep(VerifyBench bench, Adapter adapter)
    {
        // A miniport may refuse; one that does not know the request is halted and started again instead.
        if (adapter.Suspend() != NDIS_STATUS_SUCCESS) return;
        NDIS_STATUS woken = adapter.Resume();
        if (woken != NDIS_STATUS_SUCCESS)
            bench.Break(BehaviourRule.Power, $"The adapter slept and did not wake: {woken.Describe()}.");
    }

    private static void Exchange(VerifyBench bench, Adapter adapter, Station station, BehaviourRule rule)
    {
        if (bench.Wire is null) return;
        SetFilter(bench, station);
        while (bench.Wire.Receive(TimeSpan.FromMilliseconds(50)) is not null)
        {
            // What was sent before.
        }

        int found = bench.Found;
        var traffic = new Traffic(bench, adapter, station);
        traffic.Send([60, 700, 1514], 2);
        if (bench.Found == found) traffic.Receive([60, 700, 1514]);
        if (bench.Found > found) bench.Break(rule, "Frames do not go both ways any more.");
    }

    private static void SendAndAsk(Adapter adapter, Station station, int number, CancellationToken stop)
    {
        var random = new Random(number);
        byte[] frame = new byte[Traffic.Longest];
        random.NextBytes(frame);
        (frame[0], frame[12], frame[13]) = (2, 0x88, 0xb5);
        while (!stop.IsCancellationRequested)
        {
            int length = random.Next(Traffic.Shortest, Traffic.Longest + 1);
            station.Send(frame[..length], Traffic.Chain(random, length, 4));
            // No more than a protocol that looks at what is completed has under way.
            while (station.Outstanding > 16 && !stop.IsCancellationRequested) Thread.Yield();
            if (random.Next(8) == 0) Question.Query(adapter, NdisLibrary.OID_GEN_XMIT_OK, sizeof(uint));
        }
    }

    private static void Feed(VerifyBench bench, Adapter adapter, CancellationToken stop)
    {
        if (bench.Wire is not { } wire || adapter.MacAddress is not { } own) return;
        byte[] frame = new byte[Traffic.Longest];
        own.ToArray().CopyTo(frame, 0);
        Traffic.Old.CopyTo(frame.AsSpan(6));
        (frame[12], frame[13]) = (0x88, 0xb5);
        var random = new Random(1);
        while (!stop.IsCancellationRequested)
        {
            // Few enough that no ring is full: QEMU keeps what a full one refuses, and some models do not ask for it again after a
            // reset, as no card has to (rtl8139).
            for (int one = 0; one < 2; one++)
                wire.Send(frame.AsSpan(0, random.Next(Traffic.Shortest, Traffic.Longest + 1)), TimeSpan.FromMilliseconds(100));
            Thread.Sleep(2);
        }
    }
}
