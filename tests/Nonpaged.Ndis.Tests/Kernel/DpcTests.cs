using System.Runtime.InteropServices;
using CsCheck;
using Nonpaged.Ndis.Tests.Miniports;

namespace Nonpaged.Ndis.Tests.Kernel;

/// <summary>DPCs, timers, threads' leftovers.</summary>
public sealed unsafe class DpcTests
{
    private static int s_runs;
    private static int s_inside;
    private static int s_overlaps;

    [UnmanagedCallersOnly]
    private static void Routine(KDPC* dpc, void* context, void* first, void* second)
    {
        if (Interlocked.Increment(ref s_inside) > 1 || KeGetCurrentIrql() != Irql.DISPATCH_LEVEL) s_overlaps++;
        Thread.SpinWait(200);
        Interlocked.Decrement(ref s_inside);
        Interlocked.Increment(ref s_runs);
    }

    [Fact]
    public void Dpcs_run_one_at_a_time_at_dispatch_level_and_a_flush_waits_for_them()
    {
        using var bench = new KernelBench();
        KDPC*[] dpcs = NewDpcs(bench, 8);
        s_runs = s_overlaps = 0;
        int queued = 0;
        for (int round = 0; round < 100; round++)
        {
            foreach (KDPC* dpc in dpcs)
            {
                if (bench.Kernel.Dpcs.Insert(bench.Context, dpc, null, null)) queued++;
            }
        }

        bench.Kernel.DpcThread.Flush(bench.Context);
        Assert.Equal((queued, 0), (s_runs, s_overlaps));
        Assert.Empty(bench.Ndis.Reports);
    }

    [Fact]
    public void A_dpc_is_queued_once_and_can_be_taken_out()
    {
        using var bench = new KernelBench();
        using var hold = new ManualResetEventSlim();
        bench.Kernel.DpcThread.Insert(new QueuedDpc(1, bench.Context, "a function", hold.Wait), first: false);
        KDPC* dpc = NewDpcs(bench, 1)[0];
        Assert.True(bench.Kernel.Dpcs.Insert(bench.Context, dpc, null, null));
        Assert.False(bench.Kernel.Dpcs.Insert(bench.Context, dpc, null, null));
        Assert.True(bench.Kernel.DpcThread.Remove((nint)dpc));
        Assert.False(bench.Kernel.DpcThread.Remove((nint)dpc));
        s_runs = 0;
        hold.Set();
        bench.Kernel.DpcThread.Flush(bench.Context);
        Assert.Equal(0, s_runs);
    }

    [Fact]
    public void Any_history_of_timers_that_are_set_and_cancelled_tells_which_were_set() =>
        Gen.Select(Gen.Int[0, 2], Gen.Bool).Array[1, 40].Sample(steps =>
        {
            using var bench = new KernelBench();
            KTIMER*[] timers = [bench.NewTimer(), bench.NewTimer(true), bench.NewTimer()];
            bool[] isSet = new bool[timers.Length];
            foreach ((int one, bool sets) in steps)
            {
                bool was = sets
                    ? bench.Kernel.Timers.Set(bench.Context, timers[one], TimeSpan.FromHours(1), TimeSpan.Zero, null)
                    : bench.Kernel.Timers.Cancel((nint)timers[one]);
                Assert.Equal(isSet[one], was);
                isSet[one] = sets;
            }

            Assert.Equal(isSet.Count(one => one), bench.Kernel.Timers.CancelAll(bench.Driver).Length);
        }, iter: 100);

    [Fact]
    public void A_timer_runs_out_in_its_time_once_or_again_and_again()
    {
        using var bench = new KernelBench();
        KTIMER* once = bench.NewTimer();
        KTIMER* periodic = bench.NewTimer(isSynchronization: true);
        s_runs = 0;
        bench.Kernel.Timers.Set(
            bench.Context, once, TimeSpan.FromMilliseconds(5), TimeSpan.Zero, NewDpcs(bench, 1)[0]);
        Assert.Equal(0u, bench.Wait(once, KernelBench.Patience));
        MiniportBench.Eventually(() => s_runs == 1, "the timer's DPC does not run");
        Assert.False(bench.Kernel.Timers.Cancel((nint)once));
        bench.Kernel.Timers.Set(bench.Context, periodic, TimeSpan.Zero, TimeSpan.FromMilliseconds(2), null);
        for (int time = 0; time < 5; time++) Assert.Equal(0u, bench.Wait(periodic, KernelBench.Patience));
        Assert.True(bench.Kernel.Timers.Cancel((nint)periodic));
    }

    [Fact]
    public void A_protocol_has_timers_work_items_and_events_without_an_adapter()
    {
        using var bench = new KernelBench();
        NDIS_EVENT* happened = bench.New<NDIS_EVENT>();
        NDIS_TIMER* timer = bench.New<NDIS_TIMER>();
        NDIS_WORK_ITEM* item = bench.New<NDIS_WORK_ITEM>();
        nint signalled = (nint)happened;
        List<Irql> levels = [];
        bench.Ndis.Run(bench.Driver, () =>
        {
            NdisInitializeTimer(timer, (_, context, _, _) =>
            {
                levels.Add(KeGetCurrentIrql());
                NdisSetEvent((NDIS_EVENT*)context);
            }, happened);
            NdisSetTimer(timer, 2);
            Assert.True(NdisWaitEvent(happened, 60_000));
            NdisCancelTimer(timer, out bool wasSet);
            Assert.False(wasSet);
            NdisResetEvent(happened);
            Assert.False(NdisWaitEvent(happened, 5));
            NdisInitializeWorkItem(item, _ =>
            {
                levels.Add(KeGetCurrentIrql());
                NdisMSleep(1000);
                NdisSetEvent((NDIS_EVENT*)signalled);
            }, null);
            Assert.Equal(NDIS_STATUS_SUCCESS, NdisScheduleWorkItem(item));
            Assert.True(NdisWaitEvent(happened, 60_000));
        });
        Assert.Equal([Irql.DISPATCH_LEVEL, Irql.PASSIVE_LEVEL], levels);
        Assert.Empty(bench.Ndis.Reports);
    }

    [Fact]
    public void What_a_driver_leaves_is_reported_and_taken_back()
    {
        using var bench = new KernelBench();
        using var hold = new ManualResetEventSlim();
        var other = new CallContext(bench.Ndis, new Driver("other", DriverKind.Protocol), Irql.PASSIVE_LEVEL, false);
        bench.Kernel.DpcThread.Insert(new QueuedDpc(1, other, "a function", hold.Wait), first: false);
        s_runs = 0;
        bench.Kernel.Dpcs.Insert(bench.Context, NewDpcs(bench, 1)[0], null, null);
        bench.Kernel.Timers.Set(bench.Context, bench.NewTimer(), TimeSpan.FromHours(1), TimeSpan.Zero, null);
        bench.Polls(bench.NewMutex());
        bench.Kernel.Objects.OpenEvent("name", 0, bench.Driver, "IoCreateNotificationEvent", out NDIS_HANDLE handle);
        bench.Kernel.GiveBack(bench.Driver, "The unload function");
        hold.Set();
        bench.Kernel.DpcThread.Flush(bench.Context);
        Assert.Equal(0, s_runs);
        Assert.Equal(
            ["KeSetTimer", "KeInsertQueueDpc", "KeWaitForSingleObject", "IoCreateNotificationEvent"],
            bench.Ndis.Leaks.Select(leak => leak.Call));
        Assert.Null(bench.Ndis.Handles.Get<KernelHandle>(handle));
        bench.Kernel.GiveBack(bench.Driver, "The unload function");
        Assert.Equal(4, bench.Ndis.Leaks.Count);
    }

    private static KDPC*[] NewDpcs(KernelBench bench, int count)
    {
        var dpcs = new KDPC*[count];
        for (int index = 0; index < count; index++)
        {
            dpcs[index] = bench.New<KDPC>();
            Dpcs.Initialize(dpcs[index], &Routine, null);
        }

        return dpcs;
    }
}
