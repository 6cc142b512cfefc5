namespace Nonpaged.Verify;

/// <summary>Something happens to an adapter while threads send and ask, and frames come.</summary>
internal sealed class LoadExercise(LoadEnd end, int threads) : Exercise
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(4);

    // Frames do not come for the moment.
    private volatile bool _isHeld;

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
        // Threads meet by chance.
        Thread.Sleep(bench.Random.Next(5, 80) + (threads > 1 ? 300 : 0));
        Happen(bench, adapter, station);
        stop.Cancel();
        foreach (Thread thread in load) thread.Join();
        if (end is LoadEnd.Halt or LoadEnd.Removal)
        {
            bench.End(adapter);
            station.Dispose();
        }
        else
        {
            Recover(bench, adapter, station, end == LoadEnd.Reset ? BehaviourRule.NoReset : BehaviourRule.Power);
        }

        if (station.Outstanding > 0)
            bench.Break(BehaviourRule.SendNotCompleted, $"{station.Outstanding} packets are not completed after the halt.");
    }

    private void Happen(VerifyBench bench, Adapter adapter, Station station)
    {
        switch (end)
        {
            case LoadEnd.Reset:
                for (int time = 0; time < 5; time++) Reset(bench, adapter, station);
                break;
            case LoadEnd.Removal:
                bench.Devices.Hold();
                bench.Machine.Dispose();
                // Plug and play removes what is gone before it unloads a driver.
                SpinWait.SpinUntil(() => bench.Instance.Adapters.Count == 0, s_patience);
                break;
            case LoadEnd.Sleep:
                for (int time = 0; time < 3; time++) Sleep(bench, adapter, station);
                break;
        }
    }

    private void Reset(VerifyBench bench, Adapter adapter, Station station)
    {
        Hold(station);
        NDIS_STATUS? status = station.Reset(adapter);
        if (status is null) bench.Break(BehaviourRule.NoReset, "A reset under load is not complete after 5 s.");
        else if (status is not
            (NDIS_STATUS_SUCCESS or NDIS_STATUS_RESET_IN_PROGRESS or NDIS_STATUS_NOT_RESETTABLE))
            bench.Break(BehaviourRule.NoReset, $"A reset under load failed: {status.Value.Describe()}.");
        _isHeld = false;
        Thread.Sleep(bench.Random.Next(20));
    }

    /// <summary>
    /// Holds up what comes until all of it is indicated: QEMU keeps what a full ring refuses, and its rtl8139 asks for that again
    /// when the driver moves on in the ring, which none does after a reset. No card has to.
    /// </summary>
    private void Hold(Station station)
    {
        _isHeld = true;
        while (station.Take(TimeSpan.FromMilliseconds(20)) is not null)
        {
            // Nobody looks at these.
        }
    }

    private void Sleep(VerifyBench bench, Adapter adapter, Station station)
    {
        Hold(station);
        bench.Devices.Hold();
        // A miniport may refuse; one that does not know the request is halted and started again instead.
        NDIS_STATUS? woken = adapter.Suspend() == NDIS_STATUS_SUCCESS ? adapter.Resume() : null;
        bench.Devices.Release();
        _isHeld = false;
        if (woken is { } answer && answer != NDIS_STATUS_SUCCESS)
            bench.Break(BehaviourRule.Power, $"The adapter slept and did not wake: {answer.Describe()}.");
    }

    /// <summary>What was sent ends, and frames go both ways. The filter is as it was set before.</summary>
    private static void Recover(VerifyBench bench, Adapter adapter, Station station, BehaviourRule rule)
    {
        if (!station.AwaitSends(s_patience))
        {
            bench.Break(rule, $"{station.Outstanding} packets that were sent before are not completed after "
                + $"{s_patience.TotalSeconds:0} s.");
            return;
        }

        if (bench.Wire is null) return;
        while (bench.Wire.Receive(TimeSpan.FromMilliseconds(50)) is not null)
        {
            // What was sent before.
        }

        var traffic = new Traffic(bench, adapter, station) { Rule = rule };
        traffic.Send([60, 700, 1514], 2);
        if (!traffic.IsSendingStuck) traffic.Receive([60, 700, 1514]);
    }

    private static void SendAndAsk(Adapter adapter, Station station, int number, CancellationToken stop)
    {
        var random = new Random(number);
        byte[] frame = new byte[Traffic.Longest];
        random.NextBytes(frame);
        (frame[0], frame[12], frame[13]) = (2, 0x88, 0xb5);
        Traffic.MarkOld(frame);
        while (!stop.IsCancellationRequested)
        {
            int length = random.Next(Traffic.Shortest, Traffic.Longest + 1);
            station.Send(frame[..length], Traffic.Chain(random, length, 4));
            // No more than a protocol that looks at what is completed has under way.
            while (station.Outstanding > 16 && !stop.IsCancellationRequested) Thread.Sleep(1);
            if (random.Next(8) == 0) Question.Query(adapter, NdisLibrary.OID_GEN_XMIT_OK, sizeof(uint));
        }
    }

    private void Feed(VerifyBench bench, Adapter adapter, CancellationToken stop)
    {
        if (bench.Wire is not { } wire || adapter.MacAddress is not { } own) return;
        byte[] frame = Traffic.MakeOld(own);
        var random = new Random(1);
        while (!stop.IsCancellationRequested)
        {
            if (_isHeld)
            {
                Thread.Sleep(1);
                continue;
            }

            // Few enough that no ring is full.
            for (int one = 0; one < 2; one++)
                wire.Send(frame.AsSpan(0, random.Next(Traffic.Shortest, Traffic.Longest + 1)), TimeSpan.FromMilliseconds(100));
            Thread.Sleep(2);
        }
    }
}
