namespace Nonpaged.Ndis.Tests.Miniports;

/// <summary>Work items: at PASSIVE_LEVEL, on a thread of their own.</summary>
public sealed unsafe class WorkItemTests
{
    [Fact]
    public void While_a_work_item_waits_the_adapter_sends_and_handles_interrupts_and_its_thread_is_its_own()
    {
        using var bench = new MiniportBench();
        int workThread = 0, handlerThread = 0;
        var waits = new ManualResetEventSlim();
        bool? signalled = null;
        Irql? irql = null;
        bench.Miniport.HandleInterrupt = () =>
        {
            bench.Machine.Line.Lower();
            handlerThread = Environment.CurrentManagedThreadId;
            NdisSetEvent(EventOf(bench));
        };
        using Adapter adapter = StartAndSchedule(bench, () =>
        {
            workThread = Environment.CurrentManagedThreadId;
            irql = KeGetCurrentIrql();
            waits.Set();
            signalled = NdisWaitEvent(EventOf(bench), 60_000);
        });
        using var protocol = new TinyProtocol(bench.Ndis, adapter);
        Assert.True(waits.Wait(MiniportBench.Patience));
        nint packet = protocol.NewPacket();
        protocol.Send(packet);
        MiniportBench.Eventually(() => protocol.Sent.Count == 1, "nothing is sent while the work item waits");
        Assert.Null(signalled);
        bench.Machine.Line.Raise();
        MiniportBench.Eventually(() => signalled is not null, "the work item does not go on");
        Assert.True(signalled);
        Assert.Equal(Irql.PASSIVE_LEVEL, irql);
        Assert.NotEqual(workThread, handlerThread);
        protocol.Run(() => NdisFreePacket((NDIS_PACKET*)packet));
    }

    [Fact]
    public void No_function_of_the_miniport_runs_beside_a_work_item_that_does_not_wait()
    {
        using var bench = new MiniportBench();
        int inside = 0;
        int overlaps = 0;
        int runs = 0;
        bench.Miniport.Send = _ =>
        {
            if (Volatile.Read(ref inside) != 0) overlaps++;
            return NDIS_STATUS_SUCCESS;
        };
        using Adapter adapter = StartAndSchedule(bench, () =>
        {
            Volatile.Write(ref inside, 1);
            Thread.Sleep(2);
            Volatile.Write(ref inside, 0);
            NdisMSleep(100);
            if (++runs < 20) NdisScheduleWorkItem(ItemOf(bench));
        });
        using var protocol = new TinyProtocol(bench.Ndis, adapter);
        var packets = new List<nint>();
        while (Volatile.Read(ref runs) < 20)
        {
            packets.Add(protocol.NewPacket());
            protocol.Send(packets[^1]);
            Thread.Sleep(1);
        }

        MiniportBench.Eventually(() => protocol.Sent.Count == packets.Count, "not all are sent");
        Assert.Equal(0, overlaps);
        protocol.Run(() => packets.ForEach(packet => NdisFreePacket((NDIS_PACKET*)packet)));
    }

    [Fact]
    public void A_halt_waits_for_a_work_item_and_reports_one_that_does_not_end()
    {
        using var good = new MiniportBench();
        bool ended = false;
        using (Adapter adapter = StartAndSchedule(good, () =>
        {
            NdisMSleep(200_000);
            ended = true;
        })) adapter.Halt();
        Assert.True(ended);
        Assert.DoesNotContain(good.Ndis.Reports, report => report.Call == nameof(NdisScheduleWorkItem));

        using var bad = new MiniportBench();
        using (Adapter adapter = StartAndSchedule(bad, () => NdisWaitEvent(EventOf(bad), 0))) adapter.Halt();
        Assert.Contains(
            bad.Ndis.Reports, report => report.Kind == NdisReportKind.Leak && report.Call == nameof(NdisScheduleWorkItem));
    }

    [Fact]
    public void A_halt_function_that_waits_for_what_it_scheduled_sees_it_end()
    {
        using var bench = new MiniportBench();
        int runs = 0, seen = 0;
        bench.Miniport.Halt = () =>
        {
            NdisScheduleWorkItem(ItemOf(bench));
            for (int wait = 0; wait < 5000 && Volatile.Read(ref runs) < 2; wait++) NdisMSleep(1000);
            seen = runs;
            bench.Miniport.Release();
        };
        using (Adapter adapter = StartAndSchedule(bench, () => runs++)) adapter.Halt();
        Assert.Equal(2, seen);
        Assert.Empty(bench.Ndis.Reports);
    }

    private static NDIS_WORK_ITEM* ItemOf(MiniportBench bench) => (NDIS_WORK_ITEM*)((byte*)bench.Miniport.Context + 1024);

    private static NDIS_EVENT* EventOf(MiniportBench bench) => (NDIS_EVENT*)((byte*)bench.Miniport.Context + 2048);

    private static Adapter StartAndSchedule(MiniportBench bench, Action work)
    {
        bench.Miniport.InInitialize = (adapter, _) =>
        {
            NDIS_STATUS status = bench.Miniport.Claim(adapter);
            NdisInitializeEvent(EventOf(bench));
            NdisInitializeWorkItem(ItemOf(bench), _ => work(), null);
            Assert.Equal(NDIS_STATUS_SUCCESS, NdisScheduleWorkItem(ItemOf(bench)));
            return status;
        };
        return bench.Start();
    }
}
