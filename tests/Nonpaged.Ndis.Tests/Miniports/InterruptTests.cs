namespace Nonpaged.Ndis.Tests.Miniports;

/// <summary>Interrupts, timers and the hang check, in the adapter's turn.</summary>
public sealed unsafe class InterruptTests
{
    [Fact]
    public void A_raised_line_runs_the_isr_at_dirql_and_then_the_deferred_function_at_dispatch_level()
    {
        using var bench = new MiniportBench();
        bench.Miniport.Isr = () =>
        {
            bench.Machine.Line.Lower();
            return (true, true);
        };
        using (bench.Start())
        {
            bench.Machine.Line.Raise();
            MiniportBench.Eventually(
                () => bench.Miniport.Calls.Contains("EnableInterrupt@DISPATCH_LEVEL"), "no deferred handling");
        }

        Assert.Equal(
            ["Isr@DIRQL", "HandleInterrupt@DISPATCH_LEVEL", "EnableInterrupt@DISPATCH_LEVEL"],
            bench.Miniport.Calls.Skip(2).SkipLast(1));
    }

    [Fact]
    public void A_line_is_told_that_it_was_served_after_the_deferred_function_and_before_it_is_looked_at_again()
    {
        using var bench = new MiniportBench();
        int servedBefore = -1;
        bench.Miniport.HandleInterrupt = () =>
        {
            servedBefore = bench.Machine.Line.Served;
            bench.Machine.Line.Lower();
        };
        using Adapter adapter = bench.Start();
        bench.Machine.Line.Raise();
        MiniportBench.Eventually(() => bench.Machine.Line.Served > 0, "the line was not told");
        Assert.Equal((0, 1), (servedBefore, bench.Machine.Line.Served));
    }

    [Fact]
    public void A_line_that_stays_raised_is_served_again()
    {
        using var bench = new MiniportBench();
        int times = 0;
        bench.Miniport.HandleInterrupt = () =>
        {
            if (++times == 5) bench.Machine.Line.Lower();
        };
        using Adapter adapter = bench.Start();
        bench.Machine.Line.Raise();
        MiniportBench.Eventually(() => times == 5, () => $"served {times} times");
    }

    [Fact]
    public void An_interrupt_that_nobody_recognizes_is_masked_and_reported()
    {
        using var bench = new MiniportBench();
        bench.Miniport.Isr = () => (false, false);
        using Adapter adapter = bench.Start();
        bench.Machine.Line.Raise();
        MiniportBench.Eventually(() => bench.Ndis.Reports.Count > 0, "no report");
        Assert.Contains("masked", bench.Report(NdisReportKind.BrokenRule).Message, StringComparison.Ordinal);
        Assert.Equal(AdapterState.Running, adapter.State);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void No_driver_is_blamed_for_an_interrupt_of_hardware_that_went_away_before_that_is_known(bool isRecognized)
    {
        using var bench = new MiniportBench();
        int asked = 0;
        bench.Miniport.Isr = () =>
        {
            asked++;
            return (isRecognized, false);
        };
        using Adapter adapter = bench.Start();
        bench.Machine.Device.PullOut();
        bench.Machine.Line.Raise();
        MiniportBench.Eventually(() => adapter.IsInterruptMasked, "not masked");
        Assert.InRange(Volatile.Read(ref asked), 1000, 10_000);
        Assert.Empty(bench.Ndis.Reports);
        bench.Machine.PullOut();
        Assert.True(adapter.Halted.Wait(MiniportBench.Patience, TestContext.Current.CancellationToken));
        Assert.Equal(NdisReportKind.HardwareGone, Assert.Single(bench.Ndis.Reports).Kind);
    }

    [Fact]
    public void A_device_that_does_not_answer_any_more_is_reported_and_its_adapter_halted_though_its_machine_does_not_know()
    {
        using var bench = new MiniportBench();
        using Adapter adapter = bench.Start();
        bench.Machine.Device.PullOut();
        bench.Machine.Line.Raise();
        Assert.True(adapter.Halted.Wait(MiniportBench.Patience, TestContext.Current.CancellationToken));
        NdisReport report = Assert.Single(bench.Ndis.Reports);
        Assert.Equal(NdisReportKind.HardwareGone, report.Kind);
        Assert.Contains("all ones", report.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_request_isr_disable_and_enable_enclose_the_deferred_function()
    {
        using var bench = new MiniportBench();
        bench.Miniport.RequestIsr = false;
        bench.Miniport.HandleInterrupt = bench.Machine.Line.Lower;
        using (bench.Start())
        {
            bench.Machine.Line.Raise();
            MiniportBench.Eventually(
                () => bench.Miniport.Calls.Contains("EnableInterrupt@DISPATCH_LEVEL"), "no deferred handling");
        }

        Assert.Equal(
            ["DisableInterrupt@DIRQL", "HandleInterrupt@DISPATCH_LEVEL", "EnableInterrupt@DISPATCH_LEVEL"],
            bench.Miniport.Calls.Skip(2).SkipLast(1));
    }

    [Fact]
    public void A_call_above_its_irql_is_reported()
    {
        using var bench = new MiniportBench();
        bench.Miniport.Isr = () =>
        {
            bench.Machine.Line.Lower();
            NdisMSleep(1);
            return (true, false);
        };
        using Adapter adapter = bench.Start();
        bench.Machine.Line.Raise();
        MiniportBench.Eventually(() => bench.Ndis.Reports.Count > 0, "no report");
        Assert.Equal("NdisMSleep", bench.Report(NdisReportKind.IrqlTooHigh).Call);
    }

    [Fact]
    public void A_periodic_timer_runs_in_the_serial_context_until_it_is_cancelled()
    {
        using var bench = new MiniportBench();
        int ticks = 0;
        bench.Miniport.InInitialize = (adapter, _) =>
        {
            NDIS_STATUS status = bench.Miniport.Claim(adapter);
            var timer = (NDIS_MINIPORT_TIMER*)((byte*)bench.Miniport.Context + 1024);
            NdisMInitializeTimer(timer, adapter, (_, context, _, _) =>
            {
                Assert.Equal(Irql.DISPATCH_LEVEL, CallContext.Current.Irql);
                if (++ticks == 3) NdisMCancelTimer((NDIS_MINIPORT_TIMER*)context, out bool _);
            }, timer);
            NdisMSetPeriodicTimer(timer, 5);
            return status;
        };
        using (bench.Start())
        {
            MiniportBench.Eventually(() => ticks == 3, () => $"{ticks} ticks");
            Thread.Sleep(50);
        }

        Assert.Equal(3, ticks);
        Assert.Empty(bench.Ndis.Reports);
    }

    [Fact]
    public void Hardware_that_went_away_is_not_reset_though_its_driver_says_that_it_hangs()
    {
        using var bench = new MiniportBench();
        int asked = 0;
        bench.Miniport.Reset = () => NDIS_STATUS_HARD_ERRORS;
        bench.Miniport.Characteristics.CheckForHangHandler = _ => ++asked > 0;
        bench.Machine.Device.PullOut();
        using Adapter adapter = bench.Start();
        MiniportBench.Eventually(() => Volatile.Read(ref asked) >= 2, "not asked");
        Assert.DoesNotContain("Reset@DISPATCH_LEVEL", bench.Miniport.Calls);
        bench.Machine.PullOut();
        Assert.True(adapter.Halted.Wait(MiniportBench.Patience, TestContext.Current.CancellationToken));
        Assert.Equal(NdisReportKind.HardwareGone, Assert.Single(bench.Ndis.Reports).Kind);
    }

    [Fact]
    public void An_adapter_that_says_that_it_hangs_is_reset()
    {
        using var bench = new MiniportBench();
        int asked = 0;
        bench.Miniport.Characteristics.CheckForHangHandler = _ => ++asked == 1;
        using Adapter adapter = bench.Start();
        MiniportBench.Eventually(() => bench.Miniport.Calls.Contains("Reset@DISPATCH_LEVEL"), "no reset");
        MiniportBench.Eventually(() => adapter.State == AdapterState.Running, "not running again");
    }
}
